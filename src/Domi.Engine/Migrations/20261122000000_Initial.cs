using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace Domi.Engine.Migrations;

/// <summary>The first shape of the database. One file serves both databases: no column names a type.</summary>
[DbContext(typeof(EngineDb)), Migration("20261122000000_Initial")]
internal sealed class Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "api_keys",
            columns: table => new
            {
                id = table.Column<Guid>(),
                creditor_id = table.Column<Guid>(),
                description = table.Column<string>(maxLength: 140),
                key_hash = table.Column<string>(maxLength: 64),
                key_sealed = table.Column<string>(maxLength: 1000),
                private_key_sealed = table.Column<string>(maxLength: 1000, nullable: true),
                salt = table.Column<string>(maxLength: 40),
                webhook_url = table.Column<string>(maxLength: 500, nullable: true),
                created_at = table.Column<DateTime>(),
                revoked_at = table.Column<DateTime>(nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_api_keys", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "blobs",
            columns: table => new
            {
                hash = table.Column<string>(maxLength: 64),
                content_type = table.Column<string>(maxLength: 100),
                size_bytes = table.Column<int>(),
                content = table.Column<byte[]>(),
                created_at = table.Column<DateTime>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_blobs", x => x.hash);
            });

        migrationBuilder.CreateTable(
            name: "creditors",
            columns: table => new
            {
                id = table.Column<Guid>(),
                merchant_id = table.Column<long>(),
                name = table.Column<string>(maxLength: 140),
                street = table.Column<string>(maxLength: 140),
                zip = table.Column<string>(maxLength: 20),
                city = table.Column<string>(maxLength: 70),
                country = table.Column<string>(maxLength: 2),
                enterprise_number = table.Column<string>(maxLength: 10, nullable: true),
                creditor_identifier = table.Column<string>(maxLength: 35),
                account = table.Column<string>(maxLength: 34, nullable: true),
                bic = table.Column<string>(maxLength: 11, nullable: true),
                language = table.Column<string>(maxLength: 2),
                sender_name = table.Column<string>(maxLength: 140),
                sender_address = table.Column<string>(maxLength: 254),
                reply_to = table.Column<string>(maxLength: 254, nullable: true),
                phone = table.Column<string>(maxLength: 40, nullable: true),
                website_key_sealed = table.Column<string>(maxLength: 1000),
                page_secret_sealed = table.Column<string>(maxLength: 1000),
                feed_counter = table.Column<long>(),
                object_counter = table.Column<long>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_creditors", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "customers",
            columns: table => new
            {
                id = table.Column<Guid>(),
                creditor_id = table.Column<Guid>(),
                customer_number = table.Column<string>(maxLength: 50, nullable: true),
                email = table.Column<string>(maxLength: 254, nullable: true),
                first_name = table.Column<string>(maxLength: 70, nullable: true),
                last_name = table.Column<string>(maxLength: 70, nullable: true),
                company_name = table.Column<string>(maxLength: 140, nullable: true),
                enterprise_number = table.Column<string>(maxLength: 40, nullable: true),
                street = table.Column<string>(maxLength: 140, nullable: true),
                zip = table.Column<string>(maxLength: 20, nullable: true),
                city = table.Column<string>(maxLength: 70, nullable: true),
                country = table.Column<string>(maxLength: 2, nullable: true),
                language = table.Column<string>(maxLength: 8, nullable: true),
                mobile = table.Column<string>(maxLength: 40, nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_customers", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "data_protection_keys",
            columns: table => new
            {
                id = table.Column<int>()
                    .Annotation("Sqlite:Autoincrement", true).Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                friendly_name = table.Column<string>(maxLength: 200, nullable: true),
                xml = table.Column<string>(nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_data_protection_keys", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "deliveries",
            columns: table => new
            {
                id = table.Column<Guid>(),
                creditor_id = table.Column<Guid>(),
                api_key_id = table.Column<Guid>(),
                url = table.Column<string>(maxLength: 500),
                query = table.Column<string>(maxLength: 2000),
                object_key = table.Column<string>(maxLength: 80),
                created_at = table.Column<DateTime>(),
                due_at = table.Column<DateTime>(nullable: true),
                attempts = table.Column<int>(),
                last_outcome = table.Column<string>(maxLength: 200, nullable: true),
                delivered_at = table.Column<DateTime>(nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_deliveries", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "direct_debits",
            columns: table => new
            {
                id = table.Column<Guid>(),
                creditor_id = table.Column<Guid>(),
                number = table.Column<long>(),
                invoice_id = table.Column<Guid>(nullable: true),
                mandate_id = table.Column<Guid>(),
                amount = table.Column<decimal>(precision: 18, scale: 2),
                message = table.Column<string>(maxLength: 140),
                @ref = table.Column<string>(name: "ref", maxLength: 200, nullable: true),
                end_to_end_id = table.Column<string>(maxLength: 35),
                attempt = table.Column<int>(),
                created_at = table.Column<DateTime>(),
                requested_on = table.Column<DateOnly>(),
                state = table.Column<string>(maxLength: 32),
                settled_on = table.Column<DateOnly>(nullable: true),
                reason_code = table.Column<string>(maxLength: 8, nullable: true),
                failed_at = table.Column<DateTime>(nullable: true),
                due_at = table.Column<DateTime>(nullable: true),
                is_final = table.Column<bool>(),
                version = table.Column<int>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_direct_debits", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "failed_logins",
            columns: table => new
            {
                id = table.Column<Guid>(),
                address = table.Column<string>(maxLength: 64),
                at = table.Column<DateTime>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_failed_logins", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "feed_cursors",
            columns: table => new
            {
                api_key_id = table.Column<Guid>(),
                feed = table.Column<string>(maxLength: 32),
                position = table.Column<long>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_feed_cursors", x => new { x.api_key_id, x.feed });
            });

        migrationBuilder.CreateTable(
            name: "feed_events",
            columns: table => new
            {
                creditor_id = table.Column<Guid>(),
                sequence = table.Column<long>(),
                feed = table.Column<string>(maxLength: 32),
                kind = table.Column<string>(maxLength: 32, nullable: true),
                occurred_at = table.Column<DateTime>(),
                payload = table.Column<string>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_feed_events", x => new { x.creditor_id, x.sequence });
            });

        migrationBuilder.CreateTable(
            name: "invoice_payments",
            columns: table => new
            {
                id = table.Column<Guid>(),
                creditor_id = table.Column<Guid>(),
                invoice_id = table.Column<Guid>(),
                kind = table.Column<string>(maxLength: 32),
                amount = table.Column<decimal>(precision: 18, scale: 2),
                reverses = table.Column<bool>(),
                source_key = table.Column<string>(maxLength: 120),
                method = table.Column<string>(maxLength: 32),
                direct_debit_id = table.Column<Guid>(nullable: true),
                pay_link_id = table.Column<Guid>(nullable: true),
                reason_code = table.Column<string>(maxLength: 8, nullable: true),
                is_double = table.Column<bool>(),
                occurred_at = table.Column<DateTime>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_invoice_payments", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "invoices",
            columns: table => new
            {
                id = table.Column<Guid>(),
                creditor_id = table.Column<Guid>(),
                public_id = table.Column<Guid>(),
                number = table.Column<string>(maxLength: 70),
                customer_id = table.Column<Guid>(),
                profile_id = table.Column<Guid>(),
                title = table.Column<string>(maxLength: 200),
                remittance = table.Column<string>(maxLength: 140),
                @ref = table.Column<string>(name: "ref", maxLength: 200, nullable: true),
                amount = table.Column<decimal>(precision: 18, scale: 2),
                paid_amount = table.Column<decimal>(precision: 18, scale: 2),
                date = table.Column<DateOnly>(),
                due_on = table.Column<DateOnly>(),
                locale = table.Column<string>(maxLength: 8, nullable: true),
                is_manual = table.Column<bool>(),
                redirect_url = table.Column<string>(maxLength: 1000, nullable: true),
                email = table.Column<string>(maxLength: 254, nullable: true),
                cc = table.Column<string>(maxLength: 1000, nullable: true),
                delivery = table.Column<string>(maxLength: 32, nullable: true),
                related_invoice_number = table.Column<string>(maxLength: 70, nullable: true),
                partner = table.Column<string>(maxLength: 70, nullable: true),
                document_hash = table.Column<string>(maxLength: 64, nullable: true),
                lines_json = table.Column<string>(nullable: true),
                state = table.Column<string>(maxLength: 32),
                created_at = table.Column<DateTime>(),
                updated_at = table.Column<DateTime>(),
                paid_at = table.Column<DateTime>(nullable: true),
                announced_at = table.Column<DateTime>(nullable: true),
                reminder_level = table.Column<int>(),
                page_token_hash = table.Column<string>(maxLength: 64),
                last_error = table.Column<string>(maxLength: 8, nullable: true),
                version = table.Column<int>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_invoices", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "job_claims",
            columns: table => new
            {
                job = table.Column<string>(maxLength: 100),
                key = table.Column<string>(maxLength: 200),
                process_id = table.Column<Guid>(),
                since = table.Column<DateTime>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_job_claims", x => new { x.job, x.key });
            });

        migrationBuilder.CreateTable(
            name: "mails",
            columns: table => new
            {
                id = table.Column<Guid>(),
                owner_id = table.Column<Guid>(),
                purpose = table.Column<string>(maxLength: 32),
                about = table.Column<string>(maxLength: 80),
                once_key = table.Column<string>(maxLength: 120, nullable: true),
                message_id = table.Column<string>(maxLength: 200),
                from_name = table.Column<string>(maxLength: 140),
                from_address = table.Column<string>(maxLength: 254),
                reply_to = table.Column<string>(maxLength: 254, nullable: true),
                to = table.Column<string>(maxLength: 1000),
                cc = table.Column<string>(maxLength: 1000, nullable: true),
                bcc = table.Column<string>(maxLength: 1000, nullable: true),
                language = table.Column<string>(maxLength: 2),
                subject = table.Column<string>(maxLength: 500),
                html = table.Column<string>(),
                text = table.Column<string>(),
                attachments_json = table.Column<string>(),
                state = table.Column<string>(maxLength: 32),
                created_at = table.Column<DateTime>(),
                due_at = table.Column<DateTime>(nullable: true),
                attempts = table.Column<int>(),
                handed_over_at = table.Column<DateTime>(nullable: true),
                accepted_at = table.Column<DateTime>(nullable: true),
                last_answer = table.Column<string>(maxLength: 500, nullable: true),
                version = table.Column<int>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_mails", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "mandates",
            columns: table => new
            {
                id = table.Column<Guid>(),
                creditor_id = table.Column<Guid>(),
                profile_id = table.Column<Guid>(),
                customer_id = table.Column<Guid>(),
                reference = table.Column<string>(maxLength: 35),
                scheme = table.Column<string>(maxLength: 32),
                state = table.Column<string>(maxLength: 32),
                is_suspended = table.Column<bool>(),
                contract_reference = table.Column<string>(maxLength: 70, nullable: true),
                debtor_account = table.Column<string>(maxLength: 34, nullable: true),
                debtor_bic = table.Column<string>(maxLength: 11, nullable: true),
                debtor_name = table.Column<string>(maxLength: 140, nullable: true),
                debtor_street = table.Column<string>(maxLength: 140, nullable: true),
                debtor_zip = table.Column<string>(maxLength: 20, nullable: true),
                debtor_city = table.Column<string>(maxLength: 70, nullable: true),
                debtor_country = table.Column<string>(maxLength: 2, nullable: true),
                prepared_at = table.Column<DateTime>(),
                opened_at = table.Column<DateTime>(nullable: true),
                signed_on = table.Column<DateOnly>(nullable: true),
                signed_at = table.Column<DateTime>(nullable: true),
                signed_place = table.Column<string>(maxLength: 70, nullable: true),
                sign_method = table.Column<string>(maxLength: 32, nullable: true),
                evidence_json = table.Column<string>(nullable: true),
                document_hash = table.Column<string>(maxLength: 64, nullable: true),
                cancelled_on = table.Column<DateOnly>(nullable: true),
                cancel_reason = table.Column<string>(maxLength: 200, nullable: true),
                cancelled_by = table.Column<string>(maxLength: 32, nullable: true),
                page_token_hash = table.Column<string>(maxLength: 64),
                link_expires_at = table.Column<DateTime>(),
                invoice_id = table.Column<Guid>(nullable: true),
                language = table.Column<string>(maxLength: 8, nullable: true),
                exit_token = table.Column<string>(maxLength: 200, nullable: true),
                code_hash = table.Column<string>(maxLength: 64, nullable: true),
                code_expires_at = table.Column<DateTime>(nullable: true),
                code_attempts = table.Column<int>(),
                codes_sent = table.Column<int>(),
                code_destination = table.Column<string>(maxLength: 254, nullable: true),
                bank_answers_at = table.Column<DateTime>(nullable: true),
                version = table.Column<int>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_mandates", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "module_state",
            columns: table => new
            {
                name = table.Column<string>(maxLength: 100),
                value = table.Column<string>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_module_state", x => x.name);
            });

        migrationBuilder.CreateTable(
            name: "pay_links",
            columns: table => new
            {
                id = table.Column<Guid>(),
                creditor_id = table.Column<Guid>(),
                number = table.Column<long>(),
                invoice_id = table.Column<Guid>(),
                method = table.Column<string>(maxLength: 32),
                amount = table.Column<decimal>(precision: 18, scale: 2),
                token_hash = table.Column<string>(maxLength: 64),
                state = table.Column<string>(maxLength: 32),
                created_at = table.Column<DateTime>(),
                ended_at = table.Column<DateTime>(nullable: true),
                version = table.Column<int>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_pay_links", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "processes",
            columns: table => new
            {
                id = table.Column<Guid>(),
                node = table.Column<string>(maxLength: 100),
                started_at = table.Column<DateTime>(),
                seen_at = table.Column<DateTime>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_processes", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "profiles",
            columns: table => new
            {
                id = table.Column<Guid>(),
                creditor_id = table.Column<Guid>(),
                number = table.Column<int>(),
                name = table.Column<string>(maxLength: 140),
                scheme = table.Column<string>(maxLength: 32),
                is_active = table.Column<bool>(),
                is_default = table.Column<bool>(),
                prefix = table.Column<string>(maxLength: 20),
                last_reference = table.Column<long>(),
                lead_days = table.Column<int>(),
                prenotification_days = table.Column<int>(),
                shorter_notification_agreed = table.Column<bool>(),
                retry_after_days = table.Column<int>(),
                most_retries = table.Column<int>(),
                sends_invoices = table.Column<bool>(),
                sends_reminders = table.Column<bool>(),
                exit_url = table.Column<string>(maxLength: 500, nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_profiles", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "schedules",
            columns: table => new
            {
                name = table.Column<string>(maxLength: 100),
                due_at = table.Column<DateTime>(),
                last_run_at = table.Column<DateTime>(nullable: true),
                last_outcome = table.Column<string>(maxLength: 500, nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_schedules", x => x.name);
            });

        migrationBuilder.CreateTable(
            name: "sessions",
            columns: table => new
            {
                token_hash = table.Column<string>(maxLength: 64),
                api_key_id = table.Column<Guid>(),
                creditor_id = table.Column<Guid>(),
                expires_at = table.Column<DateTime>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_sessions", x => x.token_hash);
            });

        migrationBuilder.CreateIndex(
            name: "ix_api_keys_creditor_id",
            table: "api_keys",
            column: "creditor_id");

        migrationBuilder.CreateIndex(
            name: "ix_api_keys_key_hash",
            table: "api_keys",
            column: "key_hash",
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_creditors_merchant_id",
            table: "creditors",
            column: "merchant_id",
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_customers_creditor_id_customer_number",
            table: "customers",
            columns: new[] { "creditor_id", "customer_number" },
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_customers_creditor_id_email",
            table: "customers",
            columns: new[] { "creditor_id", "email" });

        migrationBuilder.CreateIndex(
            name: "ix_deliveries_api_key_id_object_key_due_at",
            table: "deliveries",
            columns: new[] { "api_key_id", "object_key", "due_at" });

        migrationBuilder.CreateIndex(
            name: "ix_deliveries_creditor_id_created_at",
            table: "deliveries",
            columns: new[] { "creditor_id", "created_at" });

        migrationBuilder.CreateIndex(
            name: "ix_deliveries_due_at",
            table: "deliveries",
            column: "due_at");

        migrationBuilder.CreateIndex(
            name: "ix_direct_debits_creditor_id_end_to_end_id",
            table: "direct_debits",
            columns: new[] { "creditor_id", "end_to_end_id" },
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_direct_debits_creditor_id_number",
            table: "direct_debits",
            columns: new[] { "creditor_id", "number" },
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_direct_debits_due_at",
            table: "direct_debits",
            column: "due_at");

        migrationBuilder.CreateIndex(
            name: "ix_direct_debits_invoice_id",
            table: "direct_debits",
            column: "invoice_id",
            unique: true,
            filter: "state in ('Open', 'Sent')");

        migrationBuilder.CreateIndex(
            name: "ix_direct_debits_invoice_id_attempt",
            table: "direct_debits",
            columns: new[] { "invoice_id", "attempt" });

        migrationBuilder.CreateIndex(
            name: "ix_direct_debits_mandate_id",
            table: "direct_debits",
            column: "mandate_id");

        migrationBuilder.CreateIndex(
            name: "ix_failed_logins_address_at",
            table: "failed_logins",
            columns: new[] { "address", "at" });

        migrationBuilder.CreateIndex(
            name: "ix_feed_events_creditor_id_feed_sequence",
            table: "feed_events",
            columns: new[] { "creditor_id", "feed", "sequence" });

        migrationBuilder.CreateIndex(
            name: "ix_invoice_payments_creditor_id_source_key",
            table: "invoice_payments",
            columns: new[] { "creditor_id", "source_key" },
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_invoice_payments_invoice_id",
            table: "invoice_payments",
            column: "invoice_id");

        migrationBuilder.CreateIndex(
            name: "ix_invoices_creditor_id_customer_id",
            table: "invoices",
            columns: new[] { "creditor_id", "customer_id" });

        migrationBuilder.CreateIndex(
            name: "ix_invoices_creditor_id_number",
            table: "invoices",
            columns: new[] { "creditor_id", "number" },
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_invoices_creditor_id_public_id",
            table: "invoices",
            columns: new[] { "creditor_id", "public_id" },
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_invoices_page_token_hash",
            table: "invoices",
            column: "page_token_hash",
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_invoices_state_due_on",
            table: "invoices",
            columns: new[] { "state", "due_on" });

        migrationBuilder.CreateIndex(
            name: "ix_mails_about",
            table: "mails",
            column: "about");

        migrationBuilder.CreateIndex(
            name: "ix_mails_due_at",
            table: "mails",
            column: "due_at");

        migrationBuilder.CreateIndex(
            name: "ix_mails_once_key",
            table: "mails",
            column: "once_key",
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_mails_owner_id_state_created_at",
            table: "mails",
            columns: new[] { "owner_id", "state", "created_at" });

        migrationBuilder.CreateIndex(
            name: "ix_mandates_bank_answers_at",
            table: "mandates",
            column: "bank_answers_at");

        migrationBuilder.CreateIndex(
            name: "ix_mandates_creditor_id_customer_id_profile_id_state",
            table: "mandates",
            columns: new[] { "creditor_id", "customer_id", "profile_id", "state" });

        migrationBuilder.CreateIndex(
            name: "ix_mandates_creditor_id_reference",
            table: "mandates",
            columns: new[] { "creditor_id", "reference" },
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_mandates_page_token_hash",
            table: "mandates",
            column: "page_token_hash",
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_mandates_state_link_expires_at",
            table: "mandates",
            columns: new[] { "state", "link_expires_at" });

        migrationBuilder.CreateIndex(
            name: "ix_pay_links_creditor_id_number",
            table: "pay_links",
            columns: new[] { "creditor_id", "number" },
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_pay_links_invoice_id",
            table: "pay_links",
            column: "invoice_id");

        migrationBuilder.CreateIndex(
            name: "ix_pay_links_token_hash",
            table: "pay_links",
            column: "token_hash",
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_profiles_creditor_id_number",
            table: "profiles",
            columns: new[] { "creditor_id", "number" },
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_sessions_api_key_id",
            table: "sessions",
            column: "api_key_id");
    }
}
