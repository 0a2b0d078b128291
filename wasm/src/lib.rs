//! barnraise for a browser: three functions, and JSON in and out as [`barnraise::ask`] tells.
//!
//! ```js
//! const { memory, alloc, free, ask } = (await WebAssembly.instantiate(bytes)).instance.exports;
//! const question = new TextEncoder().encode(JSON.stringify({ scenario, seed: 7 }));
//! const asked = alloc(question.length);
//! new Uint8Array(memory.buffer, asked, question.length).set(question);
//! const answer = ask(asked, question.length);
//! const length = new DataView(memory.buffer).getUint32(answer, true);
//! const text = new TextDecoder().decode(new Uint8Array(memory.buffer, answer + 4, length));
//! free(asked, question.length);
//! free(answer, 4 + length);
//! ```
//!
//! A defect of the program ends the instance with a trap: make a new one.

use std::ptr::slice_from_raw_parts_mut;

/// Gives so many bytes to the caller, who hands them back with [`free`].
#[unsafe(no_mangle)]
pub extern "C" fn alloc(length: usize) -> *mut u8 {
    give(vec![0; length])
}

/// Takes back bytes that [`alloc`] or [`ask`] gave.
///
/// # Safety
/// `start` is what one of them returned, `length` its length (for an answer with its head), and nobody uses the bytes
/// any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn free(start: *mut u8, length: usize) {
    // SAFETY: the bytes were given as a boxed slice of this length, and the caller has no more use for them.
    drop(unsafe { Box::from_raw(slice_from_raw_parts_mut(start, length)) });
}

/// Answers the question at `start`: four bytes that tell the length of the answer's text, and the text. The caller hands
/// back both question and answer with [`free`].
///
/// # Safety
/// `start` is what [`alloc`] returned for this `length`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ask(start: *const u8, length: usize) -> *mut u8 {
    // SAFETY: `alloc` gave these bytes, initialised, and nobody changes them while this runs.
    let question = unsafe { std::slice::from_raw_parts(start, length) };
    // What is no text is no JSON either, and the answer says so.
    let answer = barnraise::ask::ask(&String::from_utf8_lossy(question));
    // A browser's memory ends at four gigabytes, so no answer is longer than its head can tell.
    let told = u32::try_from(answer.len()).unwrap_or(u32::MAX).to_le_bytes();
    give([told.as_slice(), answer.as_bytes()].concat())
}

fn give(bytes: Vec<u8>) -> *mut u8 {
    Box::into_raw(bytes.into_boxed_slice()).cast()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes before an answer's text.
    const HEAD: usize = 4;

    #[test]
    fn an_answer_is_that_of_the_library_and_all_memory_goes_back() {
        for question in [br#"{"scenario": "yeers = 3"}"#.as_slice(), b"", b"\xff"] {
            let asked = alloc(question.len());
            // SAFETY: as the functions ask for: given bytes, their own lengths, and each handed back once.
            let text = unsafe {
                std::ptr::copy_nonoverlapping(question.as_ptr(), asked, question.len());
                let answer = ask(asked, question.len());
                let head = std::slice::from_raw_parts(answer, HEAD);
                let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
                let text = String::from_utf8_lossy(std::slice::from_raw_parts(answer.add(HEAD), length)).into_owned();
                free(asked, question.len());
                free(answer, HEAD + length);
                text
            };
            assert_eq!(text, barnraise::ask::ask(&String::from_utf8_lossy(question)));
        }
    }
}
