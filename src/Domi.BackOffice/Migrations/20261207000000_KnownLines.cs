using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Domi.BackOffice.Migrations;

/// <summary>A payment that the provider tells of is looked for among the lines that wait, by its end-to-end id.</summary>
[DbContext(typeof(OfficeDb)), Migration("20261207000000_KnownLines")]
internal sealed class KnownLines : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.CreateIndex("ix_statement_lines_to_do", "statement_lines", ["own_company_id", "end_to_end_id"], filter: "state = 'ToDo'");
}
