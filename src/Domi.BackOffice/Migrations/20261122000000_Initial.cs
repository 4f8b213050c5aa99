using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace Domi.BackOffice.Migrations;

/// <summary>The first shape of the database. One file serves both databases: no column names a type.</summary>
[DbContext(typeof(OfficeDb)), Migration("20261122000000_Initial")]
internal sealed class Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
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
            name: "connections",
            columns: table => new
            {
                id = table.Column<Guid>(),
                own_company_id = table.Column<Guid>(),
                base_address = table.Column<string>(maxLength: 300),
                merchant_number = table.Column<string>(maxLength: 40),
                api_key_sealed = table.Column<string>(maxLength: 1000),
                private_key_sealed = table.Column<string>(maxLength: 1000, nullable: true),
                salt = table.Column<string>(maxLength: 40),
                hook_token = table.Column<string>(maxLength: 64),
                is_active = table.Column<bool>(),
                created_at = table.Column<DateTime>(),
                poll_due_at = table.Column<DateTime>(nullable: true),
                last_read_at = table.Column<DateTime>(nullable: true),
                last_webhook_at = table.Column<DateTime>(nullable: true),
                last_error = table.Column<string>(maxLength: 60, nullable: true),
                last_error_text = table.Column<string>(maxLength: 500, nullable: true),
                last_error_at = table.Column<DateTime>(nullable: true),
                lacks_payment_feed = table.Column<bool>(),
                profiles_read_at = table.Column<DateTime>(nullable: true),
                is_built_in = table.Column<bool>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_connections", x => x.id);
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
            name: "documents",
            columns: table => new
            {
                id = table.Column<Guid>(),
                own_company_id = table.Column<Guid>(),
                relation_id = table.Column<Guid>(nullable: true),
                invoice_id = table.Column<Guid>(nullable: true),
                type = table.Column<string>(maxLength: 32),
                name = table.Column<string>(maxLength: 200),
                content_type = table.Column<string>(maxLength: 100),
                blob_hash = table.Column<string>(maxLength: 64),
                size_bytes = table.Column<int>(),
                source_key = table.Column<string>(maxLength: 140, nullable: true),
                created_at = table.Column<DateTime>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_documents", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "failed_attempts",
            columns: table => new
            {
                id = table.Column<Guid>(),
                own_company_id = table.Column<Guid>(),
                invoice_id = table.Column<Guid>(),
                key = table.Column<string>(maxLength: 140),
                reason_code = table.Column<string>(maxLength: 8, nullable: true),
                amount = table.Column<decimal>(precision: 18, scale: 2),
                occurred_at = table.Column<DateTime>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_failed_attempts", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "feed_positions",
            columns: table => new
            {
                connection_id = table.Column<Guid>(),
                feed = table.Column<string>(maxLength: 32),
                position = table.Column<string>(maxLength: 40, nullable: true),
                last_news_at = table.Column<DateTime>(nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_feed_positions", x => new { x.connection_id, x.feed });
            });

        migrationBuilder.CreateTable(
            name: "inbox",
            columns: table => new
            {
                id = table.Column<Guid>(),
                own_company_id = table.Column<Guid>(),
                connection_id = table.Column<Guid>(),
                feed = table.Column<string>(maxLength: 32),
                key = table.Column<string>(maxLength: 110),
                position = table.Column<string>(maxLength: 40, nullable: true),
                state = table.Column<string>(maxLength: 32),
                reason = table.Column<string>(maxLength: 60, nullable: true),
                payload = table.Column<string>(nullable: true),
                received_at = table.Column<DateTime>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_inbox", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "invitations",
            columns: table => new
            {
                id = table.Column<Guid>(),
                own_company_id = table.Column<Guid>(),
                connection_id = table.Column<Guid>(),
                relation_id = table.Column<Guid>(),
                profile_number = table.Column<int>(),
                profile_name = table.Column<string>(maxLength: 140),
                state = table.Column<string>(maxLength: 32),
                mandate_reference = table.Column<string>(maxLength: 35, nullable: true),
                invited_by = table.Column<string>(maxLength: 140),
                created_at = table.Column<DateTime>(),
                inviting_since = table.Column<DateTime>(nullable: true),
                known_before = table.Column<string>(maxLength: 2000),
                invited_at = table.Column<DateTime>(nullable: true),
                due_at = table.Column<DateTime>(nullable: true),
                attempts = table.Column<int>(),
                last_error = table.Column<string>(maxLength: 500, nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_invitations", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "invoice_totals",
            columns: table => new
            {
                own_company_id = table.Column<Guid>(),
                month = table.Column<DateOnly>(),
                state = table.Column<string>(maxLength: 32),
                count = table.Column<int>(),
                excl_vat = table.Column<decimal>(precision: 18, scale: 2),
                incl_vat = table.Column<decimal>(precision: 18, scale: 2),
                paid = table.Column<decimal>(precision: 18, scale: 2),
                open = table.Column<decimal>(precision: 18, scale: 2)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_invoice_totals", x => new { x.own_company_id, x.month, x.state });
            });

        migrationBuilder.CreateTable(
            name: "invoices",
            columns: table => new
            {
                id = table.Column<Guid>(),
                own_company_id = table.Column<Guid>(),
                relation_id = table.Column<Guid>(),
                kind = table.Column<string>(maxLength: 32),
                state = table.Column<string>(maxLength: 32),
                number = table.Column<string>(maxLength: 70, nullable: true),
                fiscal_year = table.Column<int>(nullable: true),
                date = table.Column<DateOnly>(nullable: true),
                due_on = table.Column<DateOnly>(nullable: true),
                communication = table.Column<string>(maxLength: 12, nullable: true),
                description = table.Column<string>(maxLength: 200),
                text = table.Column<string>(maxLength: 2000),
                po_number = table.Column<string>(maxLength: 70, nullable: true),
                language = table.Column<string>(maxLength: 2),
                total_excl_vat = table.Column<decimal>(precision: 18, scale: 2),
                total_vat = table.Column<decimal>(precision: 18, scale: 2),
                total_incl_vat = table.Column<decimal>(precision: 18, scale: 2),
                paid = table.Column<decimal>(precision: 18, scale: 2),
                open = table.Column<decimal>(precision: 18, scale: 2),
                payment_state = table.Column<string>(maxLength: 32),
                connection_id = table.Column<Guid>(nullable: true),
                link_state = table.Column<string>(maxLength: 32),
                link_due_at = table.Column<DateTime>(nullable: true),
                link_attempts = table.Column<int>(),
                link_error = table.Column<string>(maxLength: 500, nullable: true),
                payment_url = table.Column<string>(maxLength: 500, nullable: true),
                method = table.Column<string>(maxLength: 32, nullable: true),
                provider_state = table.Column<string>(maxLength: 40, nullable: true),
                collection_on = table.Column<DateOnly>(nullable: true),
                mandate_reference = table.Column<string>(maxLength: 35, nullable: true),
                creditor_identifier = table.Column<string>(maxLength: 35, nullable: true),
                failure_code = table.Column<string>(maxLength: 8, nullable: true),
                pdf_hash = table.Column<string>(maxLength: 64, nullable: true),
                pdf_error = table.Column<string>(maxLength: 500, nullable: true),
                pdf_made_at = table.Column<DateTime>(nullable: true),
                pdf_is_at_provider = table.Column<bool>(),
                send_state = table.Column<string>(maxLength: 32),
                send_due_at = table.Column<DateTime>(nullable: true),
                send_attempts = table.Column<int>(),
                send_error = table.Column<string>(maxLength: 500, nullable: true),
                sent_at = table.Column<DateTime>(nullable: true),
                sent_to = table.Column<string>(maxLength: 254, nullable: true),
                sends_without_link = table.Column<bool>(),
                reminders = table.Column<int>(),
                last_reminded_at = table.Column<DateTime>(nullable: true),
                credits_invoice_id = table.Column<Guid>(nullable: true),
                created_by = table.Column<string>(maxLength: 140),
                created_at = table.Column<DateTime>(),
                numbered_at = table.Column<DateTime>(nullable: true),
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
            name: "ledger_entries",
            columns: table => new
            {
                id = table.Column<Guid>(),
                own_company_id = table.Column<Guid>(),
                invoice_id = table.Column<Guid>(),
                kind = table.Column<string>(maxLength: 32),
                amount = table.Column<decimal>(precision: 18, scale: 2),
                key = table.Column<string>(maxLength: 140),
                source = table.Column<string>(maxLength: 40),
                method = table.Column<string>(maxLength: 32, nullable: true),
                reason_code = table.Column<string>(maxLength: 8, nullable: true),
                is_assumed = table.Column<bool>(),
                actor = table.Column<string>(maxLength: 140, nullable: true),
                occurred_at = table.Column<DateTime>(),
                posted_at = table.Column<DateTime>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_ledger_entries", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "mail_templates",
            columns: table => new
            {
                id = table.Column<Guid>(),
                own_company_id = table.Column<Guid>(),
                context = table.Column<string>(maxLength: 32),
                language = table.Column<string>(maxLength: 2),
                subject = table.Column<string>(maxLength: 300),
                html = table.Column<string>(),
                changed_at = table.Column<DateTime>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_mail_templates", x => x.id);
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
            name: "number_series",
            columns: table => new
            {
                own_company_id = table.Column<Guid>(),
                fiscal_year = table.Column<int>(),
                kind = table.Column<string>(maxLength: 32),
                format = table.Column<string>(maxLength: 40),
                last_number = table.Column<int>(),
                last_date = table.Column<DateOnly>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_number_series", x => new { x.own_company_id, x.fiscal_year, x.kind });
            });

        migrationBuilder.CreateTable(
            name: "office_keys",
            columns: table => new
            {
                id = table.Column<Guid>(),
                own_company_id = table.Column<Guid>(),
                name = table.Column<string>(maxLength: 140),
                key_hash = table.Column<string>(maxLength: 64),
                hint = table.Column<string>(maxLength: 12),
                may_administer = table.Column<bool>(),
                created_at = table.Column<DateTime>(),
                last_used_at = table.Column<DateTime>(nullable: true),
                revoked_at = table.Column<DateTime>(nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_office_keys", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "own_companies",
            columns: table => new
            {
                id = table.Column<Guid>(),
                name = table.Column<string>(maxLength: 140),
                enterprise_number = table.Column<string>(maxLength: 10, nullable: true),
                street = table.Column<string>(maxLength: 140),
                zip = table.Column<string>(maxLength: 20),
                city = table.Column<string>(maxLength: 70),
                country = table.Column<string>(maxLength: 2),
                email = table.Column<string>(maxLength: 254),
                phone = table.Column<string>(maxLength: 40, nullable: true),
                website = table.Column<string>(maxLength: 200, nullable: true),
                account = table.Column<string>(maxLength: 34, nullable: true),
                bic = table.Column<string>(maxLength: 11, nullable: true),
                language = table.Column<string>(maxLength: 2),
                reply_to = table.Column<string>(maxLength: 254, nullable: true),
                mail_signature = table.Column<string>(maxLength: 1000, nullable: true),
                logo_hash = table.Column<string>(maxLength: 64, nullable: true),
                default_due_days = table.Column<int>(),
                default_vat_rate = table.Column<decimal>(precision: 18, scale: 2),
                payment_reference = table.Column<string>(maxLength: 32),
                fiscal_year_start_month = table.Column<int>(),
                invoice_number_format = table.Column<string>(maxLength: 40),
                credit_note_number_format = table.Column<string>(maxLength: 40),
                invoices_sent_by = table.Column<string>(maxLength: 32),
                reminders_sent_by = table.Column<string>(maxLength: 32),
                invoice_switch_checked_on = table.Column<DateOnly>(nullable: true),
                reminder_switch_checked_on = table.Column<DateOnly>(nullable: true),
                sends_when_numbered = table.Column<bool>(),
                default_profile_for_persons = table.Column<int>(nullable: true),
                default_profile_for_companies = table.Column<int>(nullable: true),
                is_active = table.Column<bool>(),
                version = table.Column<int>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_own_companies", x => x.id);
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
            name: "provider_profiles",
            columns: table => new
            {
                connection_id = table.Column<Guid>(),
                number = table.Column<int>(),
                own_company_id = table.Column<Guid>(),
                name = table.Column<string>(maxLength: 140),
                type = table.Column<string>(maxLength: 32),
                is_active = table.Column<bool>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_provider_profiles", x => new { x.connection_id, x.number });
            });

        migrationBuilder.CreateTable(
            name: "relation_accounts",
            columns: table => new
            {
                id = table.Column<Guid>(),
                own_company_id = table.Column<Guid>(),
                relation_id = table.Column<Guid>(),
                iban = table.Column<string>(maxLength: 34),
                bic = table.Column<string>(maxLength: 11, nullable: true),
                mandate_reference = table.Column<string>(maxLength: 35, nullable: true),
                is_default = table.Column<bool>(),
                added_at = table.Column<DateTime>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_relation_accounts", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "relation_mandates",
            columns: table => new
            {
                id = table.Column<Guid>(),
                own_company_id = table.Column<Guid>(),
                connection_id = table.Column<Guid>(),
                relation_id = table.Column<Guid>(),
                reference = table.Column<string>(maxLength: 35),
                scheme = table.Column<string>(maxLength: 32),
                state = table.Column<string>(maxLength: 40),
                is_collectable = table.Column<bool>(),
                account = table.Column<string>(maxLength: 34, nullable: true),
                bic = table.Column<string>(maxLength: 11, nullable: true),
                signed_on = table.Column<DateOnly>(nullable: true),
                profile_number = table.Column<int>(nullable: true),
                creditor_identifier = table.Column<string>(maxLength: 35, nullable: true),
                cancel_reason = table.Column<string>(maxLength: 200, nullable: true),
                updated_at = table.Column<DateTime>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_relation_mandates", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "relations",
            columns: table => new
            {
                id = table.Column<Guid>(),
                own_company_id = table.Column<Guid>(),
                number = table.Column<int>(),
                kind = table.Column<string>(maxLength: 32),
                name = table.Column<string>(maxLength: 140),
                first_name = table.Column<string>(maxLength: 70, nullable: true),
                last_name = table.Column<string>(maxLength: 70, nullable: true),
                enterprise_number = table.Column<string>(maxLength: 10, nullable: true),
                is_vat_registered = table.Column<bool>(),
                street = table.Column<string>(maxLength: 140),
                zip = table.Column<string>(maxLength: 20),
                city = table.Column<string>(maxLength: 70),
                country = table.Column<string>(maxLength: 2),
                language = table.Column<string>(maxLength: 2),
                phone = table.Column<string>(maxLength: 40, nullable: true),
                email = table.Column<string>(maxLength: 254, nullable: true),
                invoice_email = table.Column<string>(maxLength: 254, nullable: true),
                invoice_cc = table.Column<string>(maxLength: 1000, nullable: true),
                invoice_bcc = table.Column<string>(maxLength: 1000, nullable: true),
                reminder_email = table.Column<string>(maxLength: 254, nullable: true),
                due_days = table.Column<int>(nullable: true),
                po_number = table.Column<string>(maxLength: 70, nullable: true),
                gets_reminders = table.Column<bool>(),
                payment_method = table.Column<string>(maxLength: 32),
                method_is_by_hand = table.Column<bool>(),
                created_at = table.Column<DateTime>(),
                version = table.Column<int>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_relations", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "run_items",
            columns: table => new
            {
                id = table.Column<Guid>(),
                own_company_id = table.Column<Guid>(),
                run_id = table.Column<Guid>(),
                position = table.Column<int>(),
                subject_id = table.Column<Guid>(),
                state = table.Column<string>(maxLength: 32),
                error = table.Column<string>(maxLength: 60, nullable: true),
                error_text = table.Column<string>(maxLength: 500, nullable: true),
                due_at = table.Column<DateTime>(nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_run_items", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "runs",
            columns: table => new
            {
                id = table.Column<Guid>(),
                own_company_id = table.Column<Guid>(),
                kind = table.Column<string>(maxLength: 32),
                argument = table.Column<string>(maxLength: 200, nullable: true),
                started_by = table.Column<string>(maxLength: 140),
                started_at = table.Column<DateTime>(),
                finished_at = table.Column<DateTime>(nullable: true),
                total = table.Column<int>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_runs", x => x.id);
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
            name: "timeline",
            columns: table => new
            {
                id = table.Column<Guid>(),
                own_company_id = table.Column<Guid>(),
                invoice_id = table.Column<Guid>(nullable: true),
                relation_id = table.Column<Guid>(nullable: true),
                code = table.Column<string>(maxLength: 60),
                values_json = table.Column<string>(),
                actor = table.Column<string>(maxLength: 140),
                at = table.Column<DateTime>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_timeline", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "user_companies",
            columns: table => new
            {
                user_id = table.Column<Guid>(),
                own_company_id = table.Column<Guid>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_user_companies", x => new { x.user_id, x.own_company_id });
            });

        migrationBuilder.CreateTable(
            name: "users",
            columns: table => new
            {
                id = table.Column<Guid>(),
                email = table.Column<string>(maxLength: 254),
                name = table.Column<string>(maxLength: 140),
                role = table.Column<string>(maxLength: 32),
                language = table.Column<string>(maxLength: 2),
                password_hash = table.Column<string>(maxLength: 300),
                totp_sealed = table.Column<string>(maxLength: 1000, nullable: true),
                totp_last_step = table.Column<long>(),
                failed_sign_ins = table.Column<int>(),
                locked_until = table.Column<DateTime>(nullable: true),
                session_stamp = table.Column<string>(maxLength: 64),
                is_active = table.Column<bool>(),
                created_at = table.Column<DateTime>()
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_users", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "word_templates",
            columns: table => new
            {
                id = table.Column<Guid>(),
                own_company_id = table.Column<Guid>(),
                name = table.Column<string>(maxLength: 140),
                type = table.Column<string>(maxLength: 32),
                language = table.Column<string>(maxLength: 2),
                is_active = table.Column<bool>(),
                file_name = table.Column<string>(maxLength: 200),
                blob_hash = table.Column<string>(maxLength: 64),
                size_bytes = table.Column<int>(),
                report_json = table.Column<string>(),
                changed_at = table.Column<DateTime>(),
                changed_by = table.Column<string>(maxLength: 140)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_word_templates", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "invoice_lines",
            columns: table => new
            {
                id = table.Column<Guid>(),
                invoice_id = table.Column<Guid>(),
                position = table.Column<int>(),
                code = table.Column<string>(maxLength: 40, nullable: true),
                description = table.Column<string>(maxLength: 1000),
                quantity = table.Column<decimal>(precision: 18, scale: 3),
                unit_price = table.Column<decimal>(precision: 18, scale: 4),
                vat_rate = table.Column<decimal>(precision: 18, scale: 2)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_invoice_lines", x => x.id);
                table.ForeignKey(
                    name: "fk_invoice_lines_invoices_invoice_id",
                    column: x => x.invoice_id,
                    principalTable: "invoices",
                    principalColumn: "id",
                    onDelete: ReferentialAction.Cascade);
            });

        migrationBuilder.CreateIndex(
            name: "ix_connections_hook_token",
            table: "connections",
            column: "hook_token",
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_connections_own_company_id_is_active",
            table: "connections",
            columns: new[] { "own_company_id", "is_active" });

        migrationBuilder.CreateIndex(
            name: "ix_connections_poll_due_at",
            table: "connections",
            column: "poll_due_at");

        migrationBuilder.CreateIndex(
            name: "ix_documents_own_company_id_created_at",
            table: "documents",
            columns: new[] { "own_company_id", "created_at" });

        migrationBuilder.CreateIndex(
            name: "ix_documents_own_company_id_source_key",
            table: "documents",
            columns: new[] { "own_company_id", "source_key" },
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_documents_relation_id_created_at",
            table: "documents",
            columns: new[] { "relation_id", "created_at" });

        migrationBuilder.CreateIndex(
            name: "ix_failed_attempts_invoice_id",
            table: "failed_attempts",
            column: "invoice_id");

        migrationBuilder.CreateIndex(
            name: "ix_failed_attempts_own_company_id_key",
            table: "failed_attempts",
            columns: new[] { "own_company_id", "key" },
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_inbox_connection_id_feed_key",
            table: "inbox",
            columns: new[] { "connection_id", "feed", "key" },
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_inbox_connection_id_state_received_at",
            table: "inbox",
            columns: new[] { "connection_id", "state", "received_at" });

        migrationBuilder.CreateIndex(
            name: "ix_invitations_due_at",
            table: "invitations",
            column: "due_at");

        migrationBuilder.CreateIndex(
            name: "ix_invitations_relation_id_created_at",
            table: "invitations",
            columns: new[] { "relation_id", "created_at" });

        migrationBuilder.CreateIndex(
            name: "ix_invoice_lines_invoice_id",
            table: "invoice_lines",
            column: "invoice_id");

        migrationBuilder.CreateIndex(
            name: "ix_invoices_link_due_at",
            table: "invoices",
            column: "link_due_at");

        migrationBuilder.CreateIndex(
            name: "ix_invoices_own_company_id_communication",
            table: "invoices",
            columns: new[] { "own_company_id", "communication" },
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_invoices_own_company_id_number",
            table: "invoices",
            columns: new[] { "own_company_id", "number" },
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_invoices_own_company_id_payment_state_due_on",
            table: "invoices",
            columns: new[] { "own_company_id", "payment_state", "due_on" });

        migrationBuilder.CreateIndex(
            name: "ix_invoices_own_company_id_send_state",
            table: "invoices",
            columns: new[] { "own_company_id", "send_state" });

        migrationBuilder.CreateIndex(
            name: "ix_invoices_own_company_id_state_date_id",
            table: "invoices",
            columns: new[] { "own_company_id", "state", "date", "id" });

        migrationBuilder.CreateIndex(
            name: "ix_invoices_relation_id_date",
            table: "invoices",
            columns: new[] { "relation_id", "date" });

        migrationBuilder.CreateIndex(
            name: "ix_invoices_send_due_at",
            table: "invoices",
            column: "send_due_at");

        migrationBuilder.CreateIndex(
            name: "ix_ledger_entries_invoice_id",
            table: "ledger_entries",
            column: "invoice_id");

        migrationBuilder.CreateIndex(
            name: "ix_ledger_entries_own_company_id_key_kind",
            table: "ledger_entries",
            columns: new[] { "own_company_id", "key", "kind" },
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_mail_templates_own_company_id_context_language",
            table: "mail_templates",
            columns: new[] { "own_company_id", "context", "language" },
            unique: true);

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
            name: "ix_office_keys_key_hash",
            table: "office_keys",
            column: "key_hash",
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_relation_accounts_own_company_id_iban",
            table: "relation_accounts",
            columns: new[] { "own_company_id", "iban" });

        migrationBuilder.CreateIndex(
            name: "ix_relation_accounts_relation_id_iban",
            table: "relation_accounts",
            columns: new[] { "relation_id", "iban" },
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_relation_mandates_connection_id_reference",
            table: "relation_mandates",
            columns: new[] { "connection_id", "reference" },
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_relation_mandates_relation_id",
            table: "relation_mandates",
            column: "relation_id");

        migrationBuilder.CreateIndex(
            name: "ix_relations_own_company_id_name",
            table: "relations",
            columns: new[] { "own_company_id", "name" });

        migrationBuilder.CreateIndex(
            name: "ix_relations_own_company_id_number",
            table: "relations",
            columns: new[] { "own_company_id", "number" },
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_run_items_due_at",
            table: "run_items",
            column: "due_at");

        migrationBuilder.CreateIndex(
            name: "ix_run_items_run_id_state_position",
            table: "run_items",
            columns: new[] { "run_id", "state", "position" });

        migrationBuilder.CreateIndex(
            name: "ix_runs_own_company_id_started_at",
            table: "runs",
            columns: new[] { "own_company_id", "started_at" });

        migrationBuilder.CreateIndex(
            name: "ix_timeline_invoice_id_at",
            table: "timeline",
            columns: new[] { "invoice_id", "at" });

        migrationBuilder.CreateIndex(
            name: "ix_timeline_relation_id_at",
            table: "timeline",
            columns: new[] { "relation_id", "at" });

        migrationBuilder.CreateIndex(
            name: "ix_users_email",
            table: "users",
            column: "email",
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_word_templates_own_company_id_type_language_is_active",
            table: "word_templates",
            columns: new[] { "own_company_id", "type", "language", "is_active" });
    }
}
