using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Domi.Engine.Migrations;

/// <summary>
/// What the whole API keeps: attempts of one transaction under one number and the steps after a failure, runs, reservations, subscriptions,
/// payment links without an invoice, transfers and beneficiaries, statements, files, identifications, bulk calls, used-up keys of calls.
/// </summary>
[DbContext(typeof(EngineDb)), Migration("20261127000000_WholeApi")]
internal sealed class WholeApi : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        var isPostgres = migrationBuilder.ActiveProvider?.EndsWith("PostgreSQL", StringComparison.Ordinal) == true;
        migrationBuilder.AddColumn<string>("failure_plan_json", "profiles", nullable: true);
        migrationBuilder.AddColumn<decimal>("failure_charge", "profiles", precision: 18, scale: 2, defaultValue: 0m);
        migrationBuilder.AddColumn<bool>("sends_by_itself", "profiles", defaultValue: true);
        migrationBuilder.AddColumn<string>("attributes_json", "profiles", nullable: true);
        migrationBuilder.AddColumn<string>("sign_methods", "profiles", maxLength: 300, nullable: true);
        migrationBuilder.AddColumn<string>("pay_methods", "profiles", maxLength: 300, nullable: true);
        migrationBuilder.AddColumn<bool>("needs_own_reference", "profiles", defaultValue: false);
        migrationBuilder.AddColumn<bool>("keeps_older_invitations", "profiles", defaultValue: false);
        migrationBuilder.AddColumn<bool>("one_mandate_per_account", "profiles", defaultValue: false);
        migrationBuilder.AddColumn<string>("reminder_days", "profiles", maxLength: 40, nullable: true);
        migrationBuilder.AddColumn<int>("link_days", "profiles", defaultValue: 365);
        migrationBuilder.AddColumn<string>("terms_json", "profiles", nullable: true);

        migrationBuilder.AddColumn<long>("number", "mandates", defaultValue: 0L);
        migrationBuilder.AddColumn<bool>("is_printed", "mandates", defaultValue: false);
        migrationBuilder.AddColumn<string>("attributes_json", "mandates", nullable: true);
        migrationBuilder.AddColumn<string>("on_signature_json", "mandates", nullable: true);
        migrationBuilder.AddColumn<string>("campaign", "mandates", maxLength: 140, nullable: true);
        migrationBuilder.AddColumn<string>("redirect_url", "mandates", maxLength: 1000, nullable: true);
        migrationBuilder.AddColumn<string>("former_account", "mandates", maxLength: 34, nullable: true);
        migrationBuilder.AddColumn<DateOnly>("last_collected_on", "mandates", nullable: true);
        migrationBuilder.AddColumn<int>("reminders", "mandates", defaultValue: 0);
        migrationBuilder.AddColumn<DateTime>("remind_at", "mandates", nullable: true);
        // Numbers come from the objects' own counter, which is moved past them.
        migrationBuilder.Sql("""
            update mandates set number = (select c.object_counter from creditors c where c.id = mandates.creditor_id)
                + (select count(*) from mandates o where o.creditor_id = mandates.creditor_id and o.id <= mandates.id)
            """);
        if (isPostgres)
        {
            migrationBuilder.Sql("update mandates set number = nextval('object_numbers')");
        }
        else
        {
            migrationBuilder.Sql("update creditors set object_counter = object_counter + (select count(*) from mandates m where m.creditor_id = creditors.id)");
        }

        migrationBuilder.CreateIndex("ix_mandates_creditor_id_number", "mandates", ["creditor_id", "number"], unique: true);
        migrationBuilder.CreateIndex("ix_mandates_remind_at", "mandates", "remind_at");
        migrationBuilder.CreateIndex("ix_mandates_creditor_id_debtor_account", "mandates", ["creditor_id", "debtor_account"]);

        migrationBuilder.AddColumn<Guid>("subscription_id", "direct_debits", nullable: true);
        migrationBuilder.AddColumn<string>("place", "direct_debits", maxLength: 140, nullable: true);
        migrationBuilder.AddColumn<DateOnly>("billed_on", "direct_debits", defaultValue: new DateOnly(2000, 1, 1));
        migrationBuilder.AddColumn<bool>("ref_is_end_to_end_id", "direct_debits", defaultValue: false);
        migrationBuilder.AddColumn<decimal>("charge", "direct_debits", precision: 18, scale: 2, defaultValue: 0m);
        migrationBuilder.AddColumn<Guid>("run_id", "direct_debits", nullable: true);
        migrationBuilder.AddColumn<bool>("is_superseded", "direct_debits", defaultValue: false);
        migrationBuilder.AddColumn<int>("step", "direct_debits", defaultValue: 0);
        migrationBuilder.AddColumn<string>("step_bucket", "direct_debits", maxLength: 32, nullable: true);
        migrationBuilder.AddColumn<DateTime>("next_step_at", "direct_debits", nullable: true);
        migrationBuilder.AddColumn<bool>("is_unsettled", "direct_debits", defaultValue: false);
        migrationBuilder.AddColumn<DateTime>("archived_at", "direct_debits", nullable: true);
        migrationBuilder.AddColumn<string>("settled_by", "direct_debits", maxLength: 32, nullable: true);
        migrationBuilder.AddColumn<DateTime>("updated_at", "direct_debits", defaultValue: new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        migrationBuilder.DropIndex("ix_direct_debits_creditor_id_number", "direct_debits");
        migrationBuilder.Sql("update direct_debits set updated_at = coalesce(failed_at, created_at)");
        migrationBuilder.Sql(isPostgres
            ? "update direct_debits set billed_on = (created_at at time zone 'Europe/Brussels')::date"
            : "update direct_debits set billed_on = substr(created_at, 1, 10)");
        // Each attempt had a number of its own: those of one invoice become one transaction, under the number of the first.
        migrationBuilder.Sql("""
            update direct_debits set is_superseded = case when exists (
                select 1 from direct_debits o where o.invoice_id = direct_debits.invoice_id and o.attempt > direct_debits.attempt) then true else false end
            """);
        migrationBuilder.Sql("""
            update direct_debits set number = (select min(o.number) from direct_debits o where o.invoice_id = direct_debits.invoice_id)
            where invoice_id is not null
            """);
        migrationBuilder.Sql("update direct_debits set is_unsettled = true where state = 'Failed' and is_superseded = false");

        migrationBuilder.CreateIndex("ix_direct_debits_creditor_id_number_attempt", "direct_debits", ["creditor_id", "number", "attempt"], unique: true);
        migrationBuilder.CreateIndex("ix_direct_debits_transaction_under_way", "direct_debits", ["creditor_id", "number"], unique: true, filter: "state in ('Open', 'Sent')");
        migrationBuilder.CreateIndex("ix_direct_debits_creditor_id_ref", "direct_debits", ["creditor_id", "ref"]);
        migrationBuilder.CreateIndex("ix_direct_debits_next_step_at", "direct_debits", "next_step_at");
        migrationBuilder.CreateIndex("ix_direct_debits_run_id", "direct_debits", "run_id");
        migrationBuilder.CreateIndex("ix_direct_debits_creditor_id_state_requested_on", "direct_debits", ["creditor_id", "state", "requested_on"]);

        migrationBuilder.AddColumn<string>("ubl_hash", "invoices", maxLength: 64, nullable: true);

        // A payment link is no longer always of an invoice, nor has it a method from the beginning: SQLite changes no column, so the table is made anew.
        foreach (var index in new[] { "ix_pay_links_creditor_id_number", "ix_pay_links_invoice_id", "ix_pay_links_token_hash" }) migrationBuilder.DropIndex(index, "pay_links");
        migrationBuilder.RenameTable("pay_links", newName: "pay_links_former");
        if (isPostgres) migrationBuilder.Sql("alter index pk_pay_links rename to pk_pay_links_former");
        migrationBuilder.CreateTable("pay_links", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            number = table.Column<long>(),
            origin = table.Column<string>(maxLength: 32),
            invoice_id = table.Column<Guid>(nullable: true),
            customer_id = table.Column<Guid>(nullable: true),
            profile_id = table.Column<Guid>(nullable: true),
            mandate_id = table.Column<Guid>(nullable: true),
            template_id = table.Column<Guid>(nullable: true),
            transaction_numbers = table.Column<string>(maxLength: 1000, nullable: true),
            method = table.Column<string>(maxLength: 32, nullable: true),
            title = table.Column<string>(maxLength: 200),
            @ref = table.Column<string>(name: "ref", maxLength: 200, nullable: true),
            place = table.Column<string>(maxLength: 140, nullable: true),
            amount = table.Column<decimal>(precision: 18, scale: 2),
            is_template = table.Column<bool>(),
            redirect_url = table.Column<string>(maxLength: 1000, nullable: true),
            language = table.Column<string>(maxLength: 8, nullable: true),
            expires_at = table.Column<DateTime>(nullable: true),
            page_token_hash = table.Column<string>(maxLength: 64, nullable: true),
            token_hash = table.Column<string>(maxLength: 64, nullable: true),
            state = table.Column<string>(maxLength: 32),
            archived_at = table.Column<DateTime>(nullable: true),
            refunded_amount = table.Column<decimal>(precision: 18, scale: 2),
            created_at = table.Column<DateTime>(),
            ended_at = table.Column<DateTime>(nullable: true),
            updated_at = table.Column<DateTime>(),
            version = table.Column<int>(),
        }, constraints: table => table.PrimaryKey("pk_pay_links", row => row.id));
        migrationBuilder.Sql("""
            insert into pay_links (id, creditor_id, number, origin, invoice_id, customer_id, profile_id, method, title, ref, amount, is_template, token_hash, state, refunded_amount, created_at, ended_at, updated_at, version)
            select l.id, l.creditor_id, l.number, 'Page', l.invoice_id, i.customer_id, i.profile_id, l.method, i.title, i.number, l.amount, false, l.token_hash, l.state, 0, l.created_at, l.ended_at, coalesce(l.ended_at, l.created_at), l.version
            from pay_links_former l join invoices i on i.id = l.invoice_id
            """);
        migrationBuilder.DropTable("pay_links_former");
        migrationBuilder.CreateIndex("ix_pay_links_creditor_id_number", "pay_links", ["creditor_id", "number"], unique: true);
        migrationBuilder.CreateIndex("ix_pay_links_invoice_id", "pay_links", "invoice_id");
        migrationBuilder.CreateIndex("ix_pay_links_token_hash", "pay_links", "token_hash", unique: true);
        migrationBuilder.CreateIndex("ix_pay_links_page_token_hash", "pay_links", "page_token_hash", unique: true);
        migrationBuilder.CreateIndex("ix_pay_links_creditor_id_ref", "pay_links", ["creditor_id", "ref"]);
        migrationBuilder.CreateIndex("ix_pay_links_state_expires_at", "pay_links", ["state", "expires_at"]);

        migrationBuilder.CreateTable("link_refunds", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            pay_link_id = table.Column<Guid>(),
            amount = table.Column<decimal>(precision: 18, scale: 2),
            message = table.Column<string>(maxLength: 140),
            created_at = table.Column<DateTime>(),
        }, constraints: table => table.PrimaryKey("pk_link_refunds", row => row.id));
        migrationBuilder.CreateIndex("ix_link_refunds_pay_link_id", "link_refunds", "pay_link_id");

        migrationBuilder.CreateTable("collection_actions", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            transaction_number = table.Column<long>(),
            origin = table.Column<string>(maxLength: 32),
            action = table.Column<string>(maxLength: 32),
            reason_code = table.Column<string>(maxLength: 8, nullable: true),
            step = table.Column<int>(),
            occurred_at = table.Column<DateTime>(),
        }, constraints: table => table.PrimaryKey("pk_collection_actions", row => row.id));
        migrationBuilder.CreateIndex("ix_collection_actions_creditor_id_transaction_number_step", "collection_actions", ["creditor_id", "transaction_number", "step"], unique: true);

        migrationBuilder.CreateTable("collection_runs", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            number = table.Column<long>(),
            profile_id = table.Column<Guid>(),
            payment_information_id = table.Column<string>(maxLength: 35),
            requested_on = table.Column<DateOnly>(),
            created_at = table.Column<DateTime>(),
        }, constraints: table => table.PrimaryKey("pk_collection_runs", row => row.id));
        migrationBuilder.CreateIndex("ix_collection_runs_creditor_id_payment_information_id", "collection_runs", ["creditor_id", "payment_information_id"], unique: true);
        migrationBuilder.CreateIndex("ix_collection_runs_creditor_id_number", "collection_runs", ["creditor_id", "number"], unique: true);

        migrationBuilder.CreateTable("reservations", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            mandate_id = table.Column<Guid>(),
            amount = table.Column<decimal>(precision: 18, scale: 2),
            expires_at = table.Column<DateTime>(),
            created_at = table.Column<DateTime>(),
            released_at = table.Column<DateTime>(nullable: true),
        }, constraints: table => table.PrimaryKey("pk_reservations", row => row.id));
        migrationBuilder.CreateIndex("ix_reservations_one_held", "reservations", "mandate_id", unique: true, filter: "released_at is null");

        migrationBuilder.CreateTable("subscriptions", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            number = table.Column<long>(),
            mandate_id = table.Column<Guid>(),
            reference = table.Column<string>(maxLength: 70),
            invoice_id = table.Column<Guid>(nullable: true),
            plan = table.Column<string>(maxLength: 140, nullable: true),
            amount = table.Column<decimal>(precision: 18, scale: 2),
            message = table.Column<string>(maxLength: 140),
            months = table.Column<int>(),
            weeks = table.Column<int>(),
            start_on = table.Column<DateOnly>(),
            last_on = table.Column<DateOnly>(nullable: true),
            next_on = table.Column<DateOnly>(nullable: true),
            runs = table.Column<int>(),
            passed = table.Column<int>(),
            stop_after = table.Column<int>(),
            state = table.Column<string>(maxLength: 32),
            created_at = table.Column<DateTime>(),
            updated_at = table.Column<DateTime>(),
            due_at = table.Column<DateTime>(nullable: true),
            version = table.Column<int>(),
        }, constraints: table => table.PrimaryKey("pk_subscriptions", row => row.id));
        migrationBuilder.CreateIndex("ix_subscriptions_mandate_id_reference", "subscriptions", ["mandate_id", "reference"], unique: true);
        migrationBuilder.CreateIndex("ix_subscriptions_creditor_id_number", "subscriptions", ["creditor_id", "number"], unique: true);
        migrationBuilder.CreateIndex("ix_subscriptions_due_at", "subscriptions", "due_at");

        migrationBuilder.CreateTable("subscription_plans", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            name = table.Column<string>(maxLength: 140),
            amount = table.Column<decimal>(precision: 18, scale: 2),
            message = table.Column<string>(maxLength: 140),
            months = table.Column<int>(),
            weeks = table.Column<int>(),
            stop_after = table.Column<int>(),
        }, constraints: table => table.PrimaryKey("pk_subscription_plans", row => row.id));
        migrationBuilder.CreateIndex("ix_subscription_plans_creditor_id_name", "subscription_plans", ["creditor_id", "name"], unique: true);

        migrationBuilder.CreateTable("credit_transfers", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            end_to_end_id = table.Column<string>(maxLength: 35),
            customer_id = table.Column<Guid>(nullable: true),
            name = table.Column<string>(maxLength: 140),
            account = table.Column<string>(maxLength: 34),
            bic = table.Column<string>(maxLength: 11, nullable: true),
            amount = table.Column<decimal>(precision: 18, scale: 2),
            message = table.Column<string>(maxLength: 140),
            @ref = table.Column<string>(name: "ref", maxLength: 200, nullable: true),
            place = table.Column<string>(maxLength: 140, nullable: true),
            requested_on = table.Column<DateOnly>(),
            direct_debit_id = table.Column<Guid>(nullable: true),
            invoice_id = table.Column<Guid>(nullable: true),
            run_id = table.Column<Guid>(nullable: true),
            state = table.Column<string>(maxLength: 32),
            booked_on = table.Column<DateOnly>(nullable: true),
            reason_code = table.Column<string>(maxLength: 8, nullable: true),
            created_at = table.Column<DateTime>(),
            due_at = table.Column<DateTime>(nullable: true),
            version = table.Column<int>(),
        }, constraints: table => table.PrimaryKey("pk_credit_transfers", row => row.id));
        migrationBuilder.CreateIndex("ix_credit_transfers_creditor_id_end_to_end_id", "credit_transfers", ["creditor_id", "end_to_end_id"], unique: true);
        migrationBuilder.CreateIndex("ix_credit_transfers_due_at", "credit_transfers", "due_at");
        migrationBuilder.CreateIndex("ix_credit_transfers_run_id", "credit_transfers", "run_id");
        migrationBuilder.CreateIndex("ix_credit_transfers_direct_debit_id", "credit_transfers", "direct_debit_id");
        migrationBuilder.CreateIndex("ix_credit_transfers_creditor_id_state", "credit_transfers", ["creditor_id", "state"]);

        migrationBuilder.CreateTable("transfer_runs", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            number = table.Column<long>(),
            payment_information_id = table.Column<string>(maxLength: 35),
            account = table.Column<string>(maxLength: 34),
            created_at = table.Column<DateTime>(),
        }, constraints: table => table.PrimaryKey("pk_transfer_runs", row => row.id));
        migrationBuilder.CreateIndex("ix_transfer_runs_creditor_id_payment_information_id", "transfer_runs", ["creditor_id", "payment_information_id"], unique: true);
        migrationBuilder.CreateIndex("ix_transfer_runs_creditor_id_number", "transfer_runs", ["creditor_id", "number"], unique: true);

        migrationBuilder.CreateTable("beneficiaries", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            customer_id = table.Column<Guid>(nullable: true),
            account = table.Column<string>(maxLength: 34),
            bic = table.Column<string>(maxLength: 11, nullable: true),
            name = table.Column<string>(maxLength: 140),
            street = table.Column<string>(maxLength: 140, nullable: true),
            zip = table.Column<string>(maxLength: 50, nullable: true),
            city = table.Column<string>(maxLength: 70, nullable: true),
            country = table.Column<string>(maxLength: 2, nullable: true),
            is_available = table.Column<bool>(),
            created_at = table.Column<DateTime>(),
        }, constraints: table => table.PrimaryKey("pk_beneficiaries", row => row.id));
        migrationBuilder.CreateIndex("ix_beneficiaries_creditor_id_account", "beneficiaries", ["creditor_id", "account"], unique: true);

        migrationBuilder.CreateTable("blocked_accounts", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            account = table.Column<string>(maxLength: 34),
            reason = table.Column<string>(maxLength: 200),
            created_at = table.Column<DateTime>(),
        }, constraints: table => table.PrimaryKey("pk_blocked_accounts", row => row.id));
        migrationBuilder.CreateIndex("ix_blocked_accounts_creditor_id_account", "blocked_accounts", ["creditor_id", "account"], unique: true);

        migrationBuilder.CreateTable("identifications", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            profile_id = table.Column<Guid>(),
            mandate_id = table.Column<Guid>(nullable: true),
            method = table.Column<string>(maxLength: 32),
            bic = table.Column<string>(maxLength: 11, nullable: true),
            language = table.Column<string>(maxLength: 8),
            redirect_url = table.Column<string>(maxLength: 1000, nullable: true),
            token_hash = table.Column<string>(maxLength: 64),
            state = table.Column<string>(maxLength: 32),
            name = table.Column<string>(maxLength: 140, nullable: true),
            account = table.Column<string>(maxLength: 34, nullable: true),
            created_at = table.Column<DateTime>(),
            ended_at = table.Column<DateTime>(nullable: true),
        }, constraints: table => table.PrimaryKey("pk_identifications", row => row.id));
        migrationBuilder.CreateIndex("ix_identifications_token_hash", "identifications", "token_hash", unique: true);
        migrationBuilder.CreateIndex("ix_identifications_mandate_id", "identifications", "mandate_id");

        migrationBuilder.CreateTable("statement_items", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            number = table.Column<long>(),
            account = table.Column<string>(maxLength: 34),
            name = table.Column<string>(maxLength: 140),
            counterparty_account = table.Column<string>(maxLength: 34, nullable: true),
            counterparty_bic = table.Column<string>(maxLength: 11, nullable: true),
            amount = table.Column<decimal>(precision: 18, scale: 2),
            message = table.Column<string>(maxLength: 500),
            booked_on = table.Column<DateOnly>(),
            source_key = table.Column<string>(maxLength: 120),
            invoice_id = table.Column<Guid>(nullable: true),
            imported_at = table.Column<DateTime>(),
        }, constraints: table => table.PrimaryKey("pk_statement_items", row => row.id));
        migrationBuilder.CreateIndex("ix_statement_items_creditor_id_source_key", "statement_items", ["creditor_id", "source_key"], unique: true);
        migrationBuilder.CreateIndex("ix_statement_items_creditor_id_number", "statement_items", ["creditor_id", "number"], unique: true);

        migrationBuilder.CreateTable("reconciliation_files", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            name = table.Column<string>(maxLength: 140),
            format = table.Column<string>(maxLength: 32),
            blob_hash = table.Column<string>(maxLength: 64),
            is_fetched = table.Column<bool>(),
            created_at = table.Column<DateTime>(),
        }, constraints: table => table.PrimaryKey("pk_reconciliation_files", row => row.id));
        migrationBuilder.CreateIndex("ix_reconciliation_files_creditor_id_name", "reconciliation_files", ["creditor_id", "name"], unique: true);

        migrationBuilder.CreateTable("batches", table => new
        {
            id = table.Column<Guid>(),
            creditor_id = table.Column<Guid>(),
            kind = table.Column<string>(maxLength: 32),
            created_at = table.Column<DateTime>(),
            result_json = table.Column<string>(nullable: true),
        }, constraints: table => table.PrimaryKey("pk_batches", row => row.id));

        migrationBuilder.CreateTable("idempotency_keys", table => new
        {
            api_key_id = table.Column<Guid>(),
            key = table.Column<string>(maxLength: 64),
            used_at = table.Column<DateTime>(),
        }, constraints: table => table.PrimaryKey("pk_idempotency_keys", row => new { row.api_key_id, row.key }));
    }
}
