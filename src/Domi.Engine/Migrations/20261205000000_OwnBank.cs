using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Domi.Engine.Migrations;

/// <summary>The creditor's own bank: the contract, files to it, statements and reports from it, and what each of their lines is.</summary>
[DbContext(typeof(EngineDb)), Migration("20261205000000_OwnBank")]
internal sealed class OwnBank : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("bank_contracts", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            account = table.Column<string>(maxLength: 34),
            bic = table.Column<string>(maxLength: 11, nullable: true),
            holder = table.Column<string>(maxLength: 70),
            preset = table.Column<string>(maxLength: 32),
            profile_json = table.Column<string>(nullable: true),
            is_active = table.Column<bool>(),
            release_limit = table.Column<decimal>(precision: 18, scale: 2),
            most_per_collection = table.Column<decimal>(precision: 18, scale: 2, nullable: true),
            hand_over = table.Column<string>(maxLength: 32),
            created_at = table.Column<DateTime>(),
        }, constraints: table => table.PrimaryKey("pk_bank_contracts", row => row.id));
        migrationBuilder.CreateIndex("ix_bank_contracts_creditor_id", "bank_contracts", "creditor_id", unique: true);

        migrationBuilder.CreateTable("outgoing_files", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            number = table.Column<long>(),
            message_id = table.Column<string>(maxLength: 35),
            kind = table.Column<string>(maxLength: 32),
            account = table.Column<string>(maxLength: 34),
            count = table.Column<int>(),
            amount = table.Column<decimal>(precision: 18, scale: 2),
            state = table.Column<string>(maxLength: 32),
            made_by = table.Column<string>(maxLength: 140),
            made_by_id = table.Column<Guid>(nullable: true),
            made_at = table.Column<DateTime>(),
            released_by = table.Column<string>(maxLength: 140, nullable: true),
            released_at = table.Column<DateTime>(nullable: true),
            sha256 = table.Column<string>(maxLength: 64, nullable: true),
            content_hash = table.Column<string>(maxLength: 64, nullable: true),
            hand_over_due_at = table.Column<DateTime>(nullable: true),
            handed_over_at = table.Column<DateTime>(nullable: true),
            answered_at = table.Column<DateTime>(nullable: true),
            answer = table.Column<string>(maxLength: 300, nullable: true),
            version = table.Column<int>(),
        }, constraints: table => table.PrimaryKey("pk_outgoing_files", row => row.id));
        migrationBuilder.CreateIndex("ix_outgoing_files_creditor_id_message_id", "outgoing_files", ["creditor_id", "message_id"], unique: true);
        migrationBuilder.CreateIndex("ix_outgoing_files_creditor_id_number", "outgoing_files", ["creditor_id", "number"], unique: true);
        migrationBuilder.CreateIndex("ix_outgoing_files_hand_over_due_at", "outgoing_files", "hand_over_due_at");

        migrationBuilder.CreateTable("bank_statements", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            number = table.Column<long>(),
            identity_hash = table.Column<string>(maxLength: 64),
            kind = table.Column<string>(maxLength: 32),
            format = table.Column<string>(maxLength: 32),
            account = table.Column<string>(maxLength: 70),
            reference = table.Column<string>(maxLength: 70, nullable: true),
            from = table.Column<DateOnly>(nullable: true),
            until = table.Column<DateOnly>(nullable: true),
            opening = table.Column<decimal>(precision: 18, scale: 2, nullable: true),
            closing = table.Column<decimal>(precision: 18, scale: 2, nullable: true),
            credits = table.Column<decimal>(precision: 18, scale: 2),
            debits = table.Column<decimal>(precision: 18, scale: 2),
            entries = table.Column<int>(),
            state = table.Column<string>(maxLength: 32),
            findings_json = table.Column<string>(),
            content_hash = table.Column<string>(maxLength: 64, nullable: true),
            file_name = table.Column<string>(maxLength: 200),
            taken_by = table.Column<string>(maxLength: 140),
            taken_at = table.Column<DateTime>(),
            version = table.Column<int>(),
        }, constraints: table => table.PrimaryKey("pk_bank_statements", row => row.id));
        migrationBuilder.CreateIndex("ix_bank_statements_creditor_id_identity_hash", "bank_statements", ["creditor_id", "identity_hash"], unique: true);
        migrationBuilder.CreateIndex("ix_bank_statements_creditor_id_number", "bank_statements", ["creditor_id", "number"], unique: true);

        migrationBuilder.AddColumn<Guid>("file_id", "collection_runs", nullable: true);
        migrationBuilder.AddColumn<string>("sequence", "collection_runs", maxLength: 32, defaultValue: "Recurring");
        migrationBuilder.CreateIndex("ix_collection_runs_file_id", "collection_runs", "file_id", filter: "file_id is not null");
        migrationBuilder.AddColumn<Guid>("file_id", "transfer_runs", nullable: true);
        migrationBuilder.CreateIndex("ix_transfer_runs_file_id", "transfer_runs", "file_id", filter: "file_id is not null");
        migrationBuilder.AddColumn<bool>("is_freed", "credit_transfers", defaultValue: false);
        migrationBuilder.AddColumn<bool>("is_credited_in_batch", "direct_debits", defaultValue: false);

        migrationBuilder.AddColumn<Guid>("statement_id", "statement_items", nullable: true);
        migrationBuilder.AddColumn<string>("kind", "statement_items", maxLength: 32, defaultValue: "Transfer");
        migrationBuilder.AddColumn<string>("end_to_end_id", "statement_items", maxLength: 35, nullable: true);
        migrationBuilder.AddColumn<string>("mandate_reference", "statement_items", maxLength: 35, nullable: true);
        migrationBuilder.AddColumn<string>("batch_id", "statement_items", maxLength: 35, nullable: true);
        migrationBuilder.AddColumn<string>("entry_reference", "statement_items", maxLength: 35, nullable: true);
        migrationBuilder.AddColumn<string>("bank_reference", "statement_items", maxLength: 35, nullable: true);
        migrationBuilder.AddColumn<string>("transaction_code", "statement_items", maxLength: 35, nullable: true);
        migrationBuilder.AddColumn<string>("reason_code", "statement_items", maxLength: 8, nullable: true);
        migrationBuilder.AddColumn<decimal>("charges", "statement_items", precision: 18, scale: 2, defaultValue: 0m);
        migrationBuilder.AddColumn<Guid>("direct_debit_id", "statement_items", nullable: true);
        migrationBuilder.AddColumn<Guid>("transfer_id", "statement_items", nullable: true);
        migrationBuilder.AddColumn<Guid>("run_id", "statement_items", nullable: true);
        migrationBuilder.AddColumn<string>("question", "statement_items", maxLength: 32, nullable: true);
        migrationBuilder.AddColumn<string>("answered_by", "statement_items", maxLength: 140, nullable: true);
        migrationBuilder.AddColumn<string>("answer", "statement_items", maxLength: 300, nullable: true);
        migrationBuilder.CreateIndex("ix_statement_items_direct_debit_id", "statement_items", "direct_debit_id", filter: "direct_debit_id is not null");
        migrationBuilder.CreateIndex("ix_statement_items_run_id", "statement_items", "run_id", filter: "run_id is not null");
        migrationBuilder.CreateIndex("ix_statement_items_statement_id", "statement_items", "statement_id", filter: "statement_id is not null");
        migrationBuilder.CreateIndex("ix_statement_items_in_question", "statement_items", "creditor_id", filter: "question is not null");
        migrationBuilder.CreateIndex("ix_statement_items_creditor_id_entry_reference", "statement_items", ["creditor_id", "entry_reference"], filter: "entry_reference is not null");
        migrationBuilder.CreateIndex("ix_statement_items_creditor_id_bank_reference", "statement_items", ["creditor_id", "bank_reference"], filter: "bank_reference is not null");
    }
}
