#!/usr/bin/env python3
"""Makes data/states/*.csv.gz: the tables of every state from which `--region OH` is made.

    python3 data/make.py FOLDER

FOLDER holds us_districts.csv.gz and us_schools.csv.gz, joined from the publishers' tables as docs/data.md says.
Each file made holds the tables of one state, one below the other with an empty line between them. They have the
publishers' column names, so that the program reads them as it reads the publishers' own files. The same input
gives the same tables; the archives have no time and no name in them.
"""

import csv
import gzip
import io
import re
import sys
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
SQUARE_METRES = 1_000_000
YEARS = {"1920": "2019-20", "2021": "2020-21", "2122": "2021-22", "2223": "2022-23", "2324": "2023-24"}
KINDS = {
    "1": "1-Regular local school district",
    "2": "2-Local school district that is a component of a supervisory union",
}
# TIGER feature classes of the boundary file.
CLASSES = {"E": "G5400", "S": "G5410", "U": "G5420"}
# The Urban Institute's code of a school without grades, and NCES's of places that are not a school's.
NO_PLACE = {"D", "L", ""}

SMALL_WORDS = {"of", "the", "and", "at", "in", "for"}
# Words without a vowel that are no acronyms, and acronyms with one.
WORDS = {"sch", "schs", "dist", "twp", "mt", "mts", "st", "ste", "ft", "dr", "jr", "sr", "pt", "pk", "schl", "cnty", "ctr",
         "hts", "spgs", "vly", "pub", "reg", "ind", "con", "com", "comm", "co", "hs", "mtn", "sys", "bd", "sch.", "dist.",
         "lynn", "flynn", "wynn", "glynn", "fry", "lyn", "ryk"}
ACRONYMS = {"isd", "cisd", "usd", "cusd", "ccsd", "csd", "sd", "esd", "hsd", "uhsd", "ufsd", "cufsd", "cud", "sau", "rsu",
            "msad", "msd", "aos", "su", "rsd", "evsd", "lsd", "gisd", "aea", "hsd", "chsd", "thsd", "uesd", "juhsd", "ud",
            "ucfsd", "msad", "ss", "ssd", "usd#", "cons", "nyc", "us", "ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii"}
ACRONYMS.discard("cons")


def word(text, first):
    """One word of a name in capitals, with capitals where a reader expects them."""
    lower = text.lower()
    plain = lower.strip(".,()#&'")
    if not plain or any(c.isdigit() for c in plain):
        return text
    if plain in SMALL_WORDS and not first:
        return lower
    if plain in ACRONYMS or len(plain) == 1:
        return text
    if plain not in WORDS and not re.search("[aeiouy]", plain):
        return text
    out = re.sub(r"[a-z]", lambda m: m.group(0).upper(), lower, count=1)
    # O'Brien and D'Iberville, but St. Mary's.
    out = re.sub(r"^([OD])'([a-z])", lambda m: m.group(1) + "'" + m.group(2).upper(), out)
    # McDonald, but not Mcnary's kin of three letters.
    return re.sub(r"^Mc([a-z])(?=[a-z]{2})", lambda m: "Mc" + m.group(1).upper(), out)


def readable(name):
    """A name in capitals as a reader writes it; any other as it is."""
    if name != name.upper():
        return name
    parts = re.split(r"([ \-/]+)", name)
    return "".join(part if place % 2 else word(part, place == 0) for place, part in enumerate(parts))


def read(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def dollars(thousands):
    return "" if thousands == "" else str(round(float(thousands) * 1000))


def table(header, rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def enrolment(rows, state_name):
    header = ["Agency Name", "State Name", "State Abbr", "Agency ID - NCES Assigned", "Agency Type [District] 2019-20"]
    header += [f"Total Students All Grades (Excludes AE) [District] {year}" for year in YEARS.values()]
    header += ["Full-Time Equivalent (FTE) Teachers [District] 2019-20"]
    for name in ("TOTALREV", "TLOCREV", "TSTREV", "TFEDREV", "TOTALEXP"):
        header.append(f"({name}) [District Finance] 2019-20")
    out = []
    for row in rows:
        there = row["PUPILS_1920"] not in ("", "0")
        out.append(
            [row["NAME"], state_name, row["ST"], row["LEAID"], KINDS[row["TYPE"]] if there else "†"]
            + [row[f"PUPILS_{year}"] or "†" for year in YEARS]
            + [row["TEACHERS_1920"]]
            + [dollars(row[f"{name}_1920"]) for name in ("REV", "LOCAL", "STATE", "FED", "EXP")]
        )
    return table(header, out) + "Data Source: NCES Common Core of Data\n"


def finances(rows):
    header = ["LEAID", "NAME", "STABBR", "YEAR", "TOTALREV", "TLOCREV", "TSTREV", "TFEDREV", "TOTALEXP", "W61", "_41F"]
    out = [
        [row["LEAID"], row["NAME"], row["ST"], "22", dollars(row["REV_2122"]), "", "", "", dollars(row["EXP_2122"]),
         dollars(row["FUNDS_OTHER_2122"]), dollars(row["DEBT_2122"])]
        for row in rows
        if row["REV_2122"]
    ]
    return table(header, out)


def offices(rows, counties):
    header = ["LEAID", "NAME", "CNTY", "NMCNTY", "LAT", "LON"]
    out = []
    for row in rows:
        # An interior point belongs to the boundary, and a county's centre is no office.
        place = [row["LAT"], row["LON"]] if row["COORD"] == "O" else ["", ""]
        out.append([row["LEAID"], readable(row["NAME"]), row["CNTY"], counties.get(row["CNTY"], "")] + place)
    return table(header, out)


def boundaries(rows):
    header = ["GEOID", "NAME", "MTFCC", "LOGRADE", "HIGRADE", "ALAND", "INTPTLAT", "INTPTLON"]
    out = []
    for row in rows:
        if not row["LAND_KM2"]:
            continue
        land = round(float(row["LAND_KM2"]) * SQUARE_METRES)
        place = [row["LAT"], row["LON"]] if row["COORD"] == "I" else ["", ""]
        out.append([row["LEAID"], "", CLASSES.get(row["LEVEL"], ""), row["LOGRADE"], row["HIGRADE"], land] + place)
    return table(header, out)


def children(rows):
    header = ["State FIPS Code", "District ID", "Name", "Estimated Total Population", "Estimated Population 5-17"]
    return table(header, [[row["LEAID"][:2], row["LEAID"][2:], "", "", row["CHILD_2019"]] for row in rows if row["CHILD_2019"]])


def schools(rows):
    header = ["NCESSCH", "LEAID", "NAME", "CITY", "LOGRADE", "HIGRADE", "LAT", "LON", "COORD"]
    out = []
    for row in rows:
        place = ["", ""] if row["COORD"] in NO_PLACE else [row["LAT"], row["LON"]]
        out.append([row["NCESSCH"], row["LEAID"], row["NAME"], readable(row["CITY"]), row["LOGRADE"], row["HIGRADE"]] + place
                   + [row["COORD"]])
    return table(header, out)


def main(folder):
    with open(HERE / "counties.csv", encoding="utf-8", newline="") as file:
        counties = {row["CODE"]: row["NAME"] for row in csv.DictReader(file)}
    with open(HERE / "states.csv", encoding="utf-8", newline="") as file:
        names = {row["ST"]: row["NAME"] for row in csv.DictReader(file)}
    by_state, schools_of, state_of = defaultdict(list), defaultdict(list), {}
    for row in read(Path(folder) / "us_districts.csv.gz"):
        by_state[row["ST"]].append(row)
        state_of[row["LEAID"]] = row["ST"]
    for row in read(Path(folder) / "us_schools.csv.gz"):
        schools_of[state_of.get(row["LEAID"], row["ST"])].append(row)
    assert set(by_state) == set(names), set(by_state) ^ set(names)
    total = 0
    for state, rows in sorted(by_state.items()):
        rows.sort(key=lambda row: row["LEAID"])
        listed = sorted(schools_of[state], key=lambda row: (row["LEAID"], row["NCESSCH"]))
        text = "\n".join([enrolment(rows, names[state]), finances(rows), offices(rows, counties), boundaries(rows),
                          children(rows), schools(listed)])
        packed = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as file:
            file.write(text.encode("utf-8"))
        (HERE / "states" / f"{state}.csv.gz").write_bytes(packed.getvalue())
        total += len(packed.getvalue())
    print(f"{len(by_state)} states, {total:,} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
