//! `barnraise verify`: a results folder held against its manifest.

use serde_json::json;

use super::Failed;
use super::arguments;
use super::output::Output;
use crate::report::figures::whole;
use crate::results::{self, Verified};

/// `barnraise verify`.
pub(super) fn verify(arguments: &arguments::Verify, output: &mut Output) -> Result<(), Failed> {
    let Verified { files, bytes } = results::verify(&arguments.folder)?;
    let text = if arguments.saying.json {
        format!(
            "{:#}\n",
            json!({ "folder": arguments.folder.display().to_string(), "sound": true, "files": files, "bytes": bytes })
        )
    } else {
        format!(
            "{}: {} files, {} bytes, all as its manifest says\n",
            arguments.folder.display(),
            whole(files as u64),
            whole(bytes)
        )
    };
    output.data(&text)?;
    Ok(())
}
