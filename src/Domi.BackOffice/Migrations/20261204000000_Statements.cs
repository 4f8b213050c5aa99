using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Domi.BackOffice.Migrations;

/// <summary>Statements of banks, their lines, and what was done with each; open invoices are found by their amount.</summary>
[DbContext(typeof(OfficeDb)), Migration("20261204000000_Statements")]
internal sealed class Statements : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "bank_accounts",
            columns: table => new
            {
                id = table.Column<Guid>(),
                own_company_id = table.Column<Guid>(),
                account = table.Column<string>(maxLength: 34),
                added_by = table.Column<string>(maxLength: 140),
                added_at = table.Column<DateTime>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_bank_accounts", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "imported_files",
            columns: table => new
            {
                id = table.Column<Guid>(),
                own_company_id = table.Column<Guid>(),
                file_name = table.Column<string>(maxLength: 200, nullable: true),
                imported_by = table.Column<string>(maxLength: 140),
                imported_at = table.Column<DateTime>(),
                is_refused = table.Column<bool>(),
                outcomes_json = table.Column<string>(),
                refusal_json = table.Column<string>(nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_imported_files", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "bank_statements",
            columns: table => new
            {
                id = table.Column<Guid>(),
                own_company_id = table.Column<Guid>(),
                identity = table.Column<string>(maxLength: 140),
                account = table.Column<string>(maxLength: 34),
                currency = table.Column<string>(maxLength: 3, nullable: true),
                number = table.Column<int>(nullable: true),
                bank_id = table.Column<string>(maxLength: 35, nullable: true),
                format = table.Column<string>(maxLength: 40),
                file_name = table.Column<string>(maxLength: 200, nullable: true),
                @from = table.Column<DateOnly>(nullable: true),
                until = table.Column<DateOnly>(nullable: true),
                opening = table.Column<decimal>(precision: 18, scale: 2, nullable: true),
                closing = table.Column<decimal>(precision: 18, scale: 2, nullable: true),
                credits = table.Column<decimal>(precision: 18, scale: 2),
                debits = table.Column<decimal>(precision: 18, scale: 2),
                lines = table.Column<int>(),
                pending = table.Column<int>(),
                state = table.Column<string>(maxLength: 32),
                findings_json = table.Column<string>(),
                finding_count = table.Column<int>(),
                imported_by = table.Column<string>(maxLength: 140),
                imported_at = table.Column<DateTime>(),
                touched_at = table.Column<DateTime>(),
                match_due_at = table.Column<DateTime>(nullable: true),
                decided_by = table.Column<string>(maxLength: 140, nullable: true),
                decided_at = table.Column<DateTime>(nullable: true),
                version = table.Column<int>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_bank_statements", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "statement_lines",
            columns: table => new
            {
                id = table.Column<Guid>(),
                own_company_id = table.Column<Guid>(),
                statement_id = table.Column<Guid>(),
                position = table.Column<int>(),
                amount = table.Column<decimal>(precision: 18, scale: 2),
                booked_on = table.Column<DateOnly>(),
                value_on = table.Column<DateOnly>(nullable: true),
                counterparty_name = table.Column<string>(maxLength: 140, nullable: true),
                counterparty_account = table.Column<string>(maxLength: 34, nullable: true),
                text = table.Column<string>(maxLength: 500, nullable: true),
                communication = table.Column<string>(maxLength: 12, nullable: true),
                other_communication = table.Column<string>(maxLength: 12, nullable: true),
                creditor_reference = table.Column<string>(maxLength: 25, nullable: true),
                end_to_end_id = table.Column<string>(maxLength: 35, nullable: true),
                mandate_id = table.Column<string>(maxLength: 35, nullable: true),
                bank_reference = table.Column<string>(maxLength: 35, nullable: true),
                transaction_code = table.Column<string>(maxLength: 35, nullable: true),
                return_reason = table.Column<string>(maxLength: 8, nullable: true),
                state = table.Column<string>(maxLength: 32),
                finding = table.Column<string>(maxLength: 32),
                relation_id = table.Column<Guid>(nullable: true),
                invoice_id = table.Column<Guid>(nullable: true),
                paid = table.Column<decimal>(precision: 18, scale: 2),
                credit = table.Column<decimal>(precision: 18, scale: 2),
                repay = table.Column<decimal>(precision: 18, scale: 2),
                aside = table.Column<decimal>(precision: 18, scale: 2),
                steps = table.Column<int>(),
                version = table.Column<int>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_statement_lines", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "line_marks",
            columns: table => new
            {
                id = table.Column<Guid>(),
                own_company_id = table.Column<Guid>(),
                line_id = table.Column<Guid>(),
                step = table.Column<int>(),
                kind = table.Column<string>(maxLength: 32),
                amount = table.Column<decimal>(precision: 18, scale: 2),
                word = table.Column<string>(maxLength: 140, nullable: true),
                relation_id = table.Column<Guid>(nullable: true),
                undoes = table.Column<Guid>(nullable: true),
                actor = table.Column<string>(maxLength: 140),
                at = table.Column<DateTime>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_line_marks", x => x.id);
            });

        migrationBuilder.CreateIndex("ix_bank_accounts_own_company_id_account", "bank_accounts", ["own_company_id", "account"], unique: true);
        migrationBuilder.CreateIndex("ix_imported_files_own_company_id_imported_at", "imported_files", ["own_company_id", "imported_at"]);
        migrationBuilder.CreateIndex("ix_bank_statements_taken", "bank_statements", ["own_company_id", "identity"], unique: true, filter: "state in ('Held', 'Booked')");
        migrationBuilder.CreateIndex("ix_bank_statements_own_company_id_account_until", "bank_statements", ["own_company_id", "account", "until"]);
        migrationBuilder.CreateIndex("ix_bank_statements_own_company_id_state_imported_at", "bank_statements", ["own_company_id", "state", "imported_at"]);
        migrationBuilder.CreateIndex("ix_bank_statements_match_due_at", "bank_statements", ["match_due_at"]);
        migrationBuilder.CreateIndex("ix_statement_lines_statement_id_position", "statement_lines", ["statement_id", "position"], unique: true);
        migrationBuilder.CreateIndex("ix_statement_lines_own_company_id_state_booked_on_id", "statement_lines", ["own_company_id", "state", "booked_on", "id"]);
        migrationBuilder.CreateIndex("ix_statement_lines_own_company_id_counterparty_account", "statement_lines", ["own_company_id", "counterparty_account"]);
        migrationBuilder.CreateIndex("ix_statement_lines_credit", "statement_lines", ["relation_id"], filter: "state in ('Credit', 'ToDo')");
        migrationBuilder.CreateIndex("ix_line_marks_line_id_step", "line_marks", ["line_id", "step"], unique: true);
        migrationBuilder.CreateIndex("ix_line_marks_undoes", "line_marks", ["undoes"], unique: true, filter: "undoes is not null");

        migrationBuilder.AddColumn<Guid>("line_id", "ledger_entries", nullable: true);
        migrationBuilder.CreateIndex("ix_ledger_entries_line_id", "ledger_entries", ["line_id"], filter: "line_id is not null");
        migrationBuilder.CreateIndex("ix_invoices_open_amount", "invoices", ["own_company_id", "open"], filter: "payment_state in ('Unpaid', 'PartiallyPaid')");
    }
}
