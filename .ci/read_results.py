"""Reads a results folder with DuckDB: rows as the manifest says, columns as the dictionary says, and the same
values in Parquet and CSV."""

import hashlib
import json
import pathlib
import sys

import duckdb

folder = pathlib.Path(sys.argv[1])
manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
dictionary = json.loads((folder / "columns.json").read_text(encoding="utf-8"))
columns_of = {entry["table"]: [column["name"] for column in entry["columns"]] for entry in dictionary}
rows_of = {file["name"]: file.get("rows") for file in manifest["files"]}
problems = []

for file in manifest["files"]:
    if hashlib.sha256((folder / file["name"]).read_bytes()).hexdigest() != file["sha256"]:
        problems.append(f"{file['name']}: not the digest of the manifest")

tables = sorted(path.stem for path in folder.glob("*.parquet"))
if tables != sorted(columns_of):
    problems.append(f"tables {tables}, but the dictionary has {sorted(columns_of)}")

for table in tables:
    parquet = f"read_parquet('{folder / table}.parquet')"
    types = {name: kind for name, kind, *_ in duckdb.sql(f"describe select * from {parquet}").fetchall()}
    csv = f"read_csv('{folder / table}.csv', header = true, columns = {types})"
    if list(types) != columns_of.get(table):
        problems.append(f"{table}: columns {list(types)}, but the dictionary has {columns_of.get(table)}")
    rows = duckdb.sql(f"select count(*) from {parquet}").fetchall()[0][0]
    told = [rows_of.get(f"{table}.{ending}") for ending in ("parquet", "csv")]
    if rows == 0 or told != [rows, rows]:
        problems.append(f"{table}: {rows} rows, but the manifest has {told}")
    differing = duckdb.sql(f"select count(*) from (select * from {parquet} except all select * from {csv})").fetchall()[0][0]
    if differing:
        problems.append(f"{table}: {differing} rows differ between Parquet and CSV")
    print(f"{table}: {rows} rows, {len(types)} columns")

if problems:
    sys.exit("\n".join(problems))
