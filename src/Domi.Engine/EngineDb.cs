using System.Globalization;
using System.Text;
using Domi.Engine.Bulk;
using Domi.Engine.CollectionRuns;
using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.DirectDebits;
using Domi.Engine.Feeds;
using Domi.Engine.Files;
using Domi.Engine.Identity;
using Domi.Engine.Invoices;
using Domi.Engine.Mandates;
using Domi.Engine.Pages;
using Domi.Engine.PayLinks;
using Domi.Engine.Profiles;
using Domi.Engine.Statements;
using Domi.Engine.Subscriptions;
using Domi.Engine.Transfers;
using Domi.Engine.Users;
using Domi.Engine.Webhooks;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Domi.Engine;

/// <summary>The engine's own database. Every table leads with its creditor.</summary>
public sealed class EngineDb(DbContextOptions<EngineDb> options) : ModuleDb(options)
{
    public DbSet<Creditor> Creditors => Set<Creditor>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<FailedLogin> FailedLogins => Set<FailedLogin>();

    public DbSet<Profile> Profiles => Set<Profile>();

    public DbSet<Customer> Customers => Set<Customer>();

    public DbSet<Mandate> Mandates => Set<Mandate>();

    public DbSet<Invoice> Invoices => Set<Invoice>();

    public DbSet<InvoicePayment> InvoicePayments => Set<InvoicePayment>();

    public DbSet<DirectDebit> DirectDebits => Set<DirectDebit>();

    public DbSet<CollectionAction> CollectionActions => Set<CollectionAction>();

    public DbSet<CollectionRun> CollectionRuns => Set<CollectionRun>();

    public DbSet<Announcement> Announcements => Set<Announcement>();

    public DbSet<BankContract> BankContracts => Set<BankContract>();

    public DbSet<FetchedFile> FetchedFiles => Set<FetchedFile>();

    public DbSet<OutgoingFile> OutgoingFiles => Set<OutgoingFile>();

    public DbSet<BankStatement> BankStatements => Set<BankStatement>();

    public DbSet<Reservation> Reservations => Set<Reservation>();

    public DbSet<Subscription> Subscriptions => Set<Subscription>();

    public DbSet<SubscriptionPlan> SubscriptionPlans => Set<SubscriptionPlan>();

    public DbSet<PayLink> PayLinks => Set<PayLink>();

    public DbSet<LinkRefund> LinkRefunds => Set<LinkRefund>();

    public DbSet<CreditTransfer> Transfers => Set<CreditTransfer>();

    public DbSet<TransferRun> TransferRuns => Set<TransferRun>();

    public DbSet<Beneficiary> Beneficiaries => Set<Beneficiary>();

    public DbSet<BlockedAccount> BlockedAccounts => Set<BlockedAccount>();

    public DbSet<Identification> Identifications => Set<Identification>();

    public DbSet<MandateComment> MandateComments => Set<MandateComment>();

    public DbSet<StatementItem> StatementItems => Set<StatementItem>();

    public DbSet<ReconciliationFile> ReconciliationFiles => Set<ReconciliationFile>();

    public DbSet<Batch> Batches => Set<Batch>();

    public DbSet<IdempotencyKey> IdempotencyKeys => Set<IdempotencyKey>();

    public DbSet<FeedEvent> FeedEvents => Set<FeedEvent>();

    public DbSet<FeedCursor> FeedCursors => Set<FeedCursor>();

    public DbSet<WebhookDelivery> Deliveries => Set<WebhookDelivery>();

    public DbSet<PageEvent> PageEvents => Set<PageEvent>();

    public DbSet<ConsoleUser> ConsoleUsers => Set<ConsoleUser>();

    public DbSet<ConsoleAct> ConsoleActs => Set<ConsoleAct>();

    // The context is pooled, and a write that fails or is broken off leaves what it had appended: so it belongs to one transaction, and
    // another one never finds it.
    private readonly List<PendingEvent> pending = [];
    private Guid? pendingOf;

    /// <summary>Keeps an event for the end of the running transaction.</summary>
    internal void Append(PendingEvent happened)
    {
        var transaction = Database.CurrentTransaction?.TransactionId ?? throw new InvalidOperationException("An event is part of a change: it is appended inside its transaction.");
        if (pendingOf != transaction) Forget();
        pendingOf = transaction;
        pending.Add(happened);
    }

    /// <summary>
    /// Numbers the events of this transaction, as its last statements: the creditor's counter is raised, which locks its row, and the rows
    /// are made from it in the same round trip; creditors in id order, so that two never wait in a circle.
    /// </summary>
    protected override async Task BeforeCommitAsync(CancellationToken ct)
    {
        if (pendingOf != Database.CurrentTransaction!.TransactionId) Forget();
        if (pending.Count == 0) return;

        var (sql, values) = (new StringBuilder(), new List<object>());
        foreach (var ofCreditor in pending.GroupBy(e => e.CreditorId).OrderBy(g => g.Key))
        {
            var (creditor, left) = (Value(ofCreditor.Key), ofCreditor.Count());
            sql.Append(CultureInfo.InvariantCulture, $"update creditors set feed_counter = feed_counter + {left} where id = {creditor};");
            foreach (var happened in ofCreditor)
            {
                left--;
                sql.Append("insert into feed_events (creditor_id, sequence, feed, kind, occurred_at, payload) ")
                    .Append(CultureInfo.InvariantCulture, $"select id, feed_counter - {left}, {Value(happened.Feed.ToString())}, {(happened.Kind is null ? "null" : Value(happened.Kind))}, ")
                    .Append(CultureInfo.InvariantCulture, $"{Value(happened.OccurredAt.UtcDateTime)}, {Value(happened.Payload)} from creditors where id = {creditor};");
            }
        }

        Forget();
        await Database.ExecuteSqlRawAsync(sql.ToString(), values, ct);

        string Value(object value)
        {
            values.Add(value);
            return $"{{{values.Count - 1}}}";
        }
    }

    protected override void Clear()
    {
        base.Clear();
        Forget();
    }

    private void Forget()
    {
        pending.Clear();
        pendingOf = null;
    }

    protected override void Committed()
    {
        // These are tracked only to be changed: whoever reads them takes CreditorFacts.
        if (Creditors.Local.Count + Profiles.Local.Count + ApiKeys.Local.Count > 0) CreditorFacts.Forget();
        base.Committed();
    }

    /// <summary>The next number of the creditor's objects, for clients that read ids as integers. Numbers may be left out.</summary>
    /// <remarks>
    /// On PostgreSQL a sequence, which locks nothing: the creditor's row is kept for the feed's counter, at the end of a transaction. On
    /// SQLite only one writes at a time anyway.
    /// </remarks>
    public Task<long> NextObjectNumberAsync(Guid creditorId, CancellationToken ct) => IsSqlite
        ? NextNumberAsync("update creditors set object_counter = object_counter + 1 where id = {0} returning object_counter", [creditorId], ct)
        : NextNumberAsync("select nextval('object_numbers')", [], ct);

    /// <summary>
    /// Waits for whoever does the same with this object, until the end of his transaction: of two who take everything that is open each would
    /// otherwise be beaten by the other. On SQLite only one writes anyway.
    /// </summary>
    public Task TakeTurnsAsync(Guid with, CancellationToken ct) =>
        IsSqlite ? Task.CompletedTask : Database.ExecuteSqlAsync($"select pg_advisory_xact_lock({BitConverter.ToInt64(with.ToByteArray(), 8)})", ct);

    /// <summary>The number that one statement answers, inside the running transaction.</summary>
    /// <remarks>Without the model's detour over a query, which costs more than the statement. By the log the interceptors hear of it, and with them who keeps statements.</remarks>
    internal async Task<long> NextNumberAsync(string sql, object[] values, CancellationToken ct)
    {
        var raw = this.GetService<IRawSqlCommandBuilder>().Build(sql, values);
        await using var rows = await raw.RelationalCommand.ExecuteReaderAsync(new(this.GetService<IRelationalConnection>(), raw.ParameterValues, null, this, this.GetService<IRelationalCommandDiagnosticsLogger>()), ct);
        if (!await rows.ReadAsync(ct)) throw new InvalidOperationException($"No row has a number: {sql}");
        return rows.DbDataReader.GetInt64(0);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);

        modelBuilder.Entity<Creditor>(creditor =>
        {
            creditor.Property(c => c.Name).HasMaxLength(140);
            creditor.Property(c => c.Street).HasMaxLength(140);
            creditor.Property(c => c.Zip).HasMaxLength(20);
            creditor.Property(c => c.City).HasMaxLength(70);
            creditor.Property(c => c.Country).HasMaxLength(2);
            creditor.Property(c => c.CreditorIdentifier).HasMaxLength(35);
            creditor.Property(c => c.Language).HasMaxLength(2);
            creditor.Property(c => c.SenderName).HasMaxLength(140);
            creditor.Property(c => c.SenderAddress).HasMaxLength(254);
            creditor.Property(c => c.ReplyTo).HasMaxLength(254);
            creditor.Property(c => c.Phone).HasMaxLength(40);
            creditor.Property(c => c.WebsiteKeySealed).HasMaxLength(1000);
            creditor.Property(c => c.PageSecretSealed).HasMaxLength(1000);
            creditor.Property(c => c.LogoHash).HasMaxLength(64);
            creditor.Property(c => c.Accent).HasMaxLength(6);
            creditor.Property(c => c.ThankYouUrl).HasMaxLength(500);
            creditor.Property(c => c.SupportUrl).HasMaxLength(500);
            creditor.HasIndex(c => c.MerchantId).IsUnique();
            creditor.HasIndex(c => c.LogoHash);
        });
        modelBuilder.Entity<ApiKey>(key =>
        {
            key.Property(k => k.Description).HasMaxLength(140);
            key.Property(k => k.KeyHash).HasMaxLength(64);
            key.Property(k => k.KeySealed).HasMaxLength(1000);
            key.Property(k => k.PrivateKeySealed).HasMaxLength(1000);
            key.Property(k => k.Salt).HasMaxLength(40);
            key.Property(k => k.WebhookUrl).HasMaxLength(500);
            key.Property(k => k.Groups).HasMaxLength(200);
            key.HasIndex(k => k.KeyHash).IsUnique();
            key.HasIndex(k => k.CreditorId);
        });
        modelBuilder.Entity<Session>(session =>
        {
            session.HasKey(s => s.TokenHash);
            session.Property(s => s.TokenHash).HasMaxLength(64);
            session.HasIndex(s => s.ApiKeyId);
        });
        modelBuilder.Entity<FailedLogin>(failed =>
        {
            failed.Property(f => f.Address).HasMaxLength(64);
            failed.HasIndex(f => new { f.Address, f.At });
        });
        modelBuilder.Entity<Profile>(profile =>
        {
            profile.Property(p => p.Name).HasMaxLength(140);
            profile.Property(p => p.Prefix).HasMaxLength(20);
            profile.Property(p => p.ExitUrl).HasMaxLength(500);
            profile.Property(p => p.SignMethods).HasMaxLength(300);
            profile.Property(p => p.PayMethods).HasMaxLength(300);
            profile.Property(p => p.ReminderDays).HasMaxLength(40);
            profile.Property(p => p.PayMessage).HasMaxLength(140);
            profile.Property(p => p.ThankYouUrl).HasMaxLength(500);
            profile.Ignore(p => p.FailurePlan).Ignore(p => p.WireType).Ignore(p => p.TakesCoSigners).Ignore(p => p.BindingNotificationDays);
            profile.HasIndex(p => new { p.CreditorId, p.Number }).IsUnique();
        });
        modelBuilder.Entity<Customer>(customer =>
        {
            customer.Property(c => c.CustomerNumber).HasMaxLength(50);
            customer.Property(c => c.Email).HasMaxLength(254);
            customer.Property(c => c.EmailKey).HasMaxLength(254);
            customer.Property(c => c.FirstName).HasMaxLength(70);
            customer.Property(c => c.LastName).HasMaxLength(70);
            customer.Property(c => c.CompanyName).HasMaxLength(140);
            customer.Property(c => c.EnterpriseNumber).HasMaxLength(50);
            customer.Property(c => c.Street).HasMaxLength(140);
            customer.Property(c => c.Zip).HasMaxLength(50);
            customer.Property(c => c.City).HasMaxLength(70);
            customer.Property(c => c.Country).HasMaxLength(2);
            customer.Property(c => c.Language).HasMaxLength(8);
            customer.Property(c => c.Mobile).HasMaxLength(50);
            customer.HasIndex(c => new { c.CreditorId, c.CustomerNumber }).IsUnique();
            customer.HasIndex(c => new { c.CreditorId, c.EmailKey });
            // who has no number is known by the address alone
            customer.HasIndex(c => new { c.CreditorId, c.EmailKey }, "ix_customers_by_address_alone").IsUnique().HasFilter("customer_number is null").HasDatabaseName("ix_customers_by_address_alone");
        });
        modelBuilder.Entity<Mandate>(mandate =>
        {
            mandate.Property(m => m.Reference).HasMaxLength(35);
            mandate.Property(m => m.ContractReference).HasMaxLength(70);
            mandate.Property(m => m.DebtorName).HasMaxLength(140);
            mandate.Property(m => m.DebtorStreet).HasMaxLength(140);
            mandate.Property(m => m.DebtorZip).HasMaxLength(50);
            mandate.Property(m => m.DebtorCity).HasMaxLength(70);
            mandate.Property(m => m.DebtorCountry).HasMaxLength(2);
            mandate.Property(m => m.SignedPlace).HasMaxLength(70);
            mandate.Property(m => m.SignMethod).HasMaxLength(32);
            mandate.Property(m => m.DocumentHash).HasMaxLength(64);
            mandate.Property(m => m.ContractHash).HasMaxLength(64);
            mandate.Property(m => m.CancelReason).HasMaxLength(200);
            mandate.Property(m => m.CancelledBy).HasMaxLength(32);
            mandate.Property(m => m.PageTokenHash).HasMaxLength(64);
            mandate.Property(m => m.CoSignerName).HasMaxLength(70);
            mandate.Property(m => m.CoSignerEmail).HasMaxLength(254);
            mandate.Property(m => m.CoSignTokenHash).HasMaxLength(64);
            mandate.HasIndex(m => m.CoSignTokenHash).IsUnique();
            mandate.Property(m => m.Language).HasMaxLength(8);
            mandate.Property(m => m.ExitToken).HasMaxLength(200);
            mandate.Property(m => m.CodeHash).HasMaxLength(64);
            mandate.Property(m => m.CodeDestination).HasMaxLength(254);
            mandate.Property(m => m.Version).IsConcurrencyToken();
            mandate.Property(m => m.Campaign).HasMaxLength(250);
            mandate.Property(m => m.RedirectUrl).HasMaxLength(1000);
            mandate.HasIndex(m => new { m.CreditorId, m.Number }).IsUnique();
            mandate.HasIndex(m => m.RemindAt);
            mandate.HasIndex(m => new { m.CreditorId, m.DebtorAccount });
            mandate.Property(m => m.CardToken).HasMaxLength(100);
            mandate.Property(m => m.CardLast).HasMaxLength(4);
            mandate.Property(m => m.CardBrand).HasMaxLength(32);
            mandate.Property(m => m.CardHolderId).HasMaxLength(100);
            mandate.HasIndex(m => m.CardExpiresOn).HasFilter("state = 'Signed' and card_expires_on is not null");
            mandate.Ignore(m => m.Evidence).Ignore(m => m.CoEvidence).Ignore(m => m.CoSignedBy).Ignore(m => m.CoSigner).Ignore(m => m.AwaitsCoSigner).Ignore(m => m.SignedBy).Ignore(m => m.IsCollectable).Ignore(m => m.HasMeans).Ignore(m => m.MaskedMeans).Ignore(m => m.WireState);
            mandate.HasIndex(m => new { m.CreditorId, m.Reference }).IsUnique();
            mandate.HasIndex(m => m.PageTokenHash).IsUnique();
            mandate.HasIndex(m => new { m.CreditorId, m.CustomerId, m.ProfileId, m.State });
            mandate.HasIndex(m => m.BankAnswersAt);
            // a payment page begins one mandate, however often its form is posted
            mandate.HasIndex(m => m.InvoiceId, "ix_mandates_one_begun").IsUnique().HasFilter("state = 'Prepared'").HasDatabaseName("ix_mandates_one_begun");
            mandate.HasIndex(m => new { m.State, m.LinkExpiresAt });
        });
        modelBuilder.Entity<Invoice>(invoice =>
        {
            invoice.Property(i => i.Number).HasMaxLength(70);
            invoice.Property(i => i.Title).HasMaxLength(200);
            invoice.Property(i => i.Remittance).HasMaxLength(140);
            invoice.Property(i => i.Ref).HasMaxLength(200);
            invoice.Property(i => i.Locale).HasMaxLength(8);
            invoice.Property(i => i.RedirectUrl).HasMaxLength(1000);
            invoice.Property(i => i.Email).HasMaxLength(254);
            invoice.Property(i => i.Cc).HasMaxLength(1000);
            invoice.Property(i => i.Delivery).HasMaxLength(32);
            invoice.Property(i => i.RelatedInvoiceNumber).HasMaxLength(70);
            invoice.Property(i => i.Partner).HasMaxLength(70);
            invoice.Property(i => i.Campaign).HasMaxLength(250);
            invoice.Property(i => i.DocumentHash).HasMaxLength(64);
            invoice.Property(i => i.UblHash).HasMaxLength(64);
            invoice.Property(i => i.PageTokenHash).HasMaxLength(64);
            invoice.Property(i => i.LastError).HasMaxLength(8);
            invoice.Property(i => i.Version).IsConcurrencyToken();
            invoice.Ignore(i => i.Open).Ignore(i => i.Overpaid).Ignore(i => i.IsPayable).Ignore(i => i.WireState);
            invoice.HasIndex(i => new { i.CreditorId, i.PublicId }).IsUnique();
            invoice.HasIndex(i => new { i.CreditorId, i.Number }).IsUnique();
            invoice.HasIndex(i => i.PageTokenHash).IsUnique();
            invoice.HasIndex(i => new { i.CreditorId, i.CustomerId });
            invoice.HasIndex(i => new { i.State, i.DueOn });
        });
        modelBuilder.Entity<InvoicePayment>(payment =>
        {
            payment.Property(p => p.SourceKey).HasMaxLength(120);
            payment.Property(p => p.Method).HasMaxLength(32);
            payment.Property(p => p.ReasonCode).HasMaxLength(8);
            payment.HasIndex(p => new { p.CreditorId, p.SourceKey }).IsUnique();
            payment.HasIndex(p => p.InvoiceId);
        });
        modelBuilder.Entity<DirectDebit>(debit =>
        {
            debit.Property(d => d.Message).HasMaxLength(140);
            debit.Property(d => d.Ref).HasMaxLength(200);
            debit.Property(d => d.EndToEndId).HasMaxLength(35);
            debit.Property(d => d.ReasonCode).HasMaxLength(8);
            debit.Property(d => d.Version).IsConcurrencyToken();
            debit.HasIndex(d => new { d.CreditorId, d.EndToEndId }).IsUnique();
            debit.Property(d => d.Place).HasMaxLength(140);
            debit.Property(d => d.SettledBy).HasMaxLength(32);
            debit.Property(d => d.HeldBecause).HasMaxLength(32);
            debit.Property(d => d.HeldDetail).HasMaxLength(100);
            debit.Ignore(d => d.WireState);
            debit.HasIndex(d => new { d.CreditorId, d.Number, d.Attempt }).IsUnique();
            debit.HasIndex(d => new { d.CreditorId, d.Number }, "ix_direct_debits_transaction_under_way").IsUnique().HasFilter("state in ('Open', 'Sent')").HasDatabaseName("ix_direct_debits_transaction_under_way");
            debit.HasIndex(d => new { d.CreditorId, d.Ref });
            debit.HasIndex(d => new { d.CreditorId, d.Number }, "ix_direct_debits_unsettled").HasFilter("is_unsettled").HasDatabaseName("ix_direct_debits_unsettled");
            debit.HasIndex(d => d.NextStepAt);
            debit.HasIndex(d => d.RunId);
            debit.HasIndex(d => new { d.CreditorId, d.State, d.RequestedOn });
            debit.HasIndex(d => d.DueAt);
            debit.HasIndex(d => d.MandateId);
            // one debt is collected once at a time: the database forbids a second
            debit.HasIndex(d => d.InvoiceId, "ix_direct_debits_one_under_way").IsUnique().HasFilter("state in ('Open', 'Sent')");
            debit.HasIndex(d => new { d.InvoiceId, d.Attempt });
        });
        modelBuilder.Entity<PayLink>(link =>
        {
            link.Property(l => l.Method).HasMaxLength(32);
            link.Property(l => l.TransactionNumbers).HasMaxLength(1000);
            link.Property(l => l.Title).HasMaxLength(200);
            link.Property(l => l.Ref).HasMaxLength(200);
            link.Property(l => l.Place).HasMaxLength(140);
            link.Property(l => l.RedirectUrl).HasMaxLength(1000);
            link.Property(l => l.Language).HasMaxLength(8);
            link.Property(l => l.PageTokenHash).HasMaxLength(64);
            link.Property(l => l.TokenHash).HasMaxLength(64);
            link.Property(l => l.Version).IsConcurrencyToken();
            link.Ignore(l => l.IsOpen).Ignore(l => l.WireState);
            link.HasIndex(l => l.TokenHash).IsUnique();
            link.HasIndex(l => l.PageTokenHash).IsUnique();
            link.HasIndex(l => new { l.CreditorId, l.Ref });
            link.HasIndex(l => new { l.State, l.ExpiresAt });
            link.HasIndex(l => new { l.CreditorId, l.Number }).IsUnique();
            link.HasIndex(l => l.InvoiceId);
            link.HasIndex(l => l.MandateId).HasFilter("mandate_id is not null");
            link.HasIndex(l => new { l.CreditorId, l.TransactionNumbers }).HasFilter("transaction_numbers is not null");
        });
        modelBuilder.Entity<LinkRefund>(refund =>
        {
            refund.Property(r => r.Message).HasMaxLength(140);
            refund.Ignore(r => r.WireId);
            refund.HasIndex(r => r.PayLinkId);
        });
        modelBuilder.Entity<CollectionAction>(action =>
        {
            action.Property(a => a.Origin).HasMaxLength(32);
            action.Property(a => a.Action).HasMaxLength(32);
            action.Property(a => a.ReasonCode).HasMaxLength(8);
            action.HasIndex(a => new { a.CreditorId, a.TransactionNumber, a.Step }).IsUnique();
        });
        modelBuilder.Entity<CollectionRun>(run =>
        {
            run.Property(r => r.PaymentInformationId).HasMaxLength(35);
            run.HasIndex(r => new { r.CreditorId, r.PaymentInformationId }).IsUnique();
            run.HasIndex(r => new { r.CreditorId, r.Number }).IsUnique();
            run.HasIndex(r => r.FileId).HasFilter("file_id is not null");
        });
        modelBuilder.Entity<Announcement>(announcement =>
        {
            announcement.Property(a => a.Note).HasMaxLength(300);
            announcement.Property(a => a.RecordedBy).HasMaxLength(140);
            announcement.HasIndex(a => a.DirectDebitId);
            announcement.HasIndex(a => a.MailId).HasFilter("mail_id is not null");
        });
        modelBuilder.Entity<BankContract>(contract =>
        {
            contract.Property(c => c.Holder).HasMaxLength(70);
            contract.Property(c => c.Preset).HasMaxLength(32);
            contract.Property(c => c.SftpHost).HasMaxLength(253);
            contract.Property(c => c.SftpUser).HasMaxLength(100);
            contract.Property(c => c.SftpOut).HasMaxLength(200);
            contract.Property(c => c.SftpIn).HasMaxLength(200);
            contract.Property(c => c.SftpKey).HasMaxLength(64);
            contract.Property(c => c.SftpKeyShown).HasMaxLength(64);
            contract.Property(c => c.SftpProblem).HasMaxLength(32);
            contract.Ignore(c => c.Bank);
            contract.HasIndex(c => c.CreditorId).IsUnique();
        });
        modelBuilder.Entity<OutgoingFile>(file =>
        {
            file.Property(f => f.MessageId).HasMaxLength(35);
            file.Property(f => f.MadeBy).HasMaxLength(140);
            file.Property(f => f.ReleasedBy).HasMaxLength(140);
            file.Property(f => f.Sha256).HasMaxLength(64);
            file.Property(f => f.ContentHash).HasMaxLength(64);
            file.Property(f => f.Answer).HasMaxLength(300);
            file.Property(f => f.HandOverProblem).HasMaxLength(32);
            file.Property(f => f.Version).IsConcurrencyToken();
            file.HasIndex(f => new { f.CreditorId, f.MessageId }).IsUnique();
            file.HasIndex(f => new { f.CreditorId, f.Number }).IsUnique();
            file.HasIndex(f => f.HandOverDueAt);
        });
        modelBuilder.Entity<FetchedFile>(file =>
        {
            file.Property(f => f.Name).HasMaxLength(200);
            file.Property(f => f.Sha256).HasMaxLength(64);
            file.Property(f => f.Problem).HasMaxLength(300);
            file.HasIndex(f => new { f.CreditorId, f.Name });
            file.HasIndex(f => new { f.CreditorId, f.Sha256 });
        });
        modelBuilder.Entity<BankStatement>(statement =>
        {
            statement.Property(s => s.IdentityHash).HasMaxLength(64);
            statement.Property(s => s.Account).HasMaxLength(70);
            statement.Property(s => s.Reference).HasMaxLength(70);
            statement.Property(s => s.Format).HasMaxLength(32);
            statement.Property(s => s.FileName).HasMaxLength(200);
            statement.Property(s => s.TakenBy).HasMaxLength(140);
            statement.Property(s => s.ContentHash).HasMaxLength(64);
            statement.Ignore(s => s.Findings);
            statement.Property(s => s.Version).IsConcurrencyToken();
            statement.HasIndex(s => new { s.CreditorId, s.IdentityHash }).IsUnique();
            statement.HasIndex(s => new { s.CreditorId, s.Number }).IsUnique();
        });
        modelBuilder.Entity<Reservation>(reservation =>
        {
            // one amount at a time is set aside on a mandate
            reservation.HasIndex(r => r.MandateId, "ix_reservations_one_held").IsUnique().HasFilter("released_at is null").HasDatabaseName("ix_reservations_one_held");
        });
        modelBuilder.Entity<Subscription>(subscription =>
        {
            subscription.Property(s => s.Reference).HasMaxLength(70);
            subscription.Property(s => s.Plan).HasMaxLength(140);
            subscription.Property(s => s.Message).HasMaxLength(140);
            subscription.Property(s => s.Version).IsConcurrencyToken();
            subscription.Ignore(s => s.Recurrence);
            subscription.HasIndex(s => new { s.MandateId, s.Reference }).IsUnique();
            subscription.HasIndex(s => new { s.CreditorId, s.Number }).IsUnique();
            subscription.HasIndex(s => s.DueAt);
        });
        modelBuilder.Entity<SubscriptionPlan>(plan =>
        {
            plan.Property(p => p.Name).HasMaxLength(140);
            plan.Property(p => p.Message).HasMaxLength(140);
            plan.HasIndex(p => new { p.CreditorId, p.Name }).IsUnique();
        });
        modelBuilder.Entity<CreditTransfer>(transfer =>
        {
            transfer.ToTable("credit_transfers");
            transfer.Property(t => t.EndToEndId).HasMaxLength(35);
            transfer.Property(t => t.Name).HasMaxLength(140);
            transfer.Property(t => t.Message).HasMaxLength(140);
            transfer.Property(t => t.Ref).HasMaxLength(200);
            transfer.Property(t => t.Place).HasMaxLength(140);
            transfer.Property(t => t.ReasonCode).HasMaxLength(8);
            transfer.Property(t => t.HeldBecause).HasMaxLength(32);
            transfer.Property(t => t.HeldDetail).HasMaxLength(100);
            transfer.Property(t => t.Version).IsConcurrencyToken();
            transfer.Ignore(t => t.WireState);
            transfer.HasIndex(t => new { t.CreditorId, t.EndToEndId }).IsUnique();
            transfer.HasIndex(t => t.DueAt);
            transfer.HasIndex(t => t.RunId);
            transfer.HasIndex(t => t.DirectDebitId);
            transfer.HasIndex(t => new { t.CreditorId, t.State });
        });
        modelBuilder.Entity<TransferRun>(run =>
        {
            run.Property(r => r.PaymentInformationId).HasMaxLength(35);
            run.HasIndex(r => new { r.CreditorId, r.PaymentInformationId }).IsUnique();
            run.HasIndex(r => new { r.CreditorId, r.Number }).IsUnique();
            run.HasIndex(r => r.FileId).HasFilter("file_id is not null");
        });
        modelBuilder.Entity<Beneficiary>(beneficiary =>
        {
            beneficiary.Property(b => b.Name).HasMaxLength(140);
            beneficiary.Property(b => b.Street).HasMaxLength(140);
            beneficiary.Property(b => b.Zip).HasMaxLength(50);
            beneficiary.Property(b => b.City).HasMaxLength(70);
            beneficiary.Property(b => b.Country).HasMaxLength(2);
            beneficiary.HasIndex(b => new { b.CreditorId, b.Account }).IsUnique();
        });
        modelBuilder.Entity<BlockedAccount>(blocked =>
        {
            blocked.Property(b => b.Reason).HasMaxLength(200);
            blocked.HasIndex(b => new { b.CreditorId, b.Account }).IsUnique();
        });
        modelBuilder.Entity<Identification>(identification =>
        {
            identification.Property(i => i.Method).HasMaxLength(32);
            identification.Property(i => i.Bic).HasMaxLength(11);
            identification.Property(i => i.Language).HasMaxLength(8);
            identification.Property(i => i.RedirectUrl).HasMaxLength(1000);
            identification.Property(i => i.TokenHash).HasMaxLength(64);
            identification.Property(i => i.Name).HasMaxLength(140);
            identification.Property(i => i.StateHash).HasMaxLength(64);
            identification.Property(i => i.ExchangeSealed).HasMaxLength(2000);
            identification.Property(i => i.Subject).HasMaxLength(255);
            identification.HasIndex(i => i.StateHash).IsUnique();
            identification.HasIndex(i => i.TokenHash).IsUnique();
            identification.HasIndex(i => i.MandateId);
            identification.HasIndex(i => new { i.State, i.CreatedAt });
        });
        modelBuilder.Entity<MandateComment>(comment =>
        {
            comment.Property(c => c.Name).HasMaxLength(140);
            comment.Property(c => c.Text).HasMaxLength(1000);
            comment.HasIndex(c => new { c.MandateId, c.Id });
        });
        modelBuilder.Entity<StatementItem>(item =>
        {
            item.Property(i => i.Name).HasMaxLength(140);
            item.Property(i => i.Message).HasMaxLength(500);
            item.Property(i => i.SourceKey).HasMaxLength(120);
            item.HasIndex(i => new { i.CreditorId, i.SourceKey }).IsUnique();
            item.HasIndex(i => new { i.CreditorId, i.Number }).IsUnique();
            item.Property(i => i.EndToEndId).HasMaxLength(35);
            item.Property(i => i.MandateReference).HasMaxLength(35);
            item.Property(i => i.BatchId).HasMaxLength(35);
            item.Property(i => i.EntryReference).HasMaxLength(35);
            item.Property(i => i.BankReference).HasMaxLength(35);
            item.Property(i => i.TransactionCode).HasMaxLength(35);
            item.Property(i => i.ReasonCode).HasMaxLength(8);
            item.Property(i => i.AnsweredBy).HasMaxLength(140);
            item.Property(i => i.Answer).HasMaxLength(300);
            item.HasIndex(i => i.DirectDebitId).HasFilter("direct_debit_id is not null");
            item.HasIndex(i => i.RunId).HasFilter("run_id is not null");
            item.HasIndex(i => i.StatementId).HasFilter("statement_id is not null");
            item.HasIndex(i => i.CreditorId, "ix_statement_items_in_question").HasFilter("question is not null").HasDatabaseName("ix_statement_items_in_question");
            item.HasIndex(i => new { i.CreditorId, i.EntryReference }).HasFilter("entry_reference is not null");
            item.HasIndex(i => new { i.CreditorId, i.BankReference }).HasFilter("bank_reference is not null");
        });
        modelBuilder.Entity<ReconciliationFile>(file =>
        {
            file.Property(f => f.Name).HasMaxLength(140);
            file.Property(f => f.Format).HasMaxLength(32);
            file.Property(f => f.BlobHash).HasMaxLength(64);
            file.HasIndex(f => new { f.CreditorId, f.Name }).IsUnique();
        });
        modelBuilder.Entity<Batch>(batch => batch.Property(b => b.Kind).HasMaxLength(32));
        modelBuilder.Entity<IdempotencyKey>(key =>
        {
            key.HasKey(k => new { k.ApiKeyId, k.Key });
            key.Property(k => k.Key).HasMaxLength(64);
        });
        modelBuilder.Entity<FeedEvent>(feed =>
        {
            feed.HasKey(e => new { e.CreditorId, e.Sequence });
            feed.Property(e => e.Kind).HasMaxLength(32);
            feed.HasIndex(e => new { e.CreditorId, e.Feed, e.Sequence });
        });
        modelBuilder.Entity<FeedCursor>(cursor => cursor.HasKey(c => new { c.ApiKeyId, c.Feed }));
        modelBuilder.Entity<WebhookDelivery>(delivery =>
        {
            delivery.Property(d => d.Url).HasMaxLength(500);
            delivery.Property(d => d.Query).HasMaxLength(2000);
            delivery.Property(d => d.ObjectKey).HasMaxLength(80);
            delivery.Property(d => d.LastOutcome).HasMaxLength(200);
            delivery.HasIndex(d => d.DueAt);
            delivery.HasIndex(d => new { d.ApiKeyId, d.ObjectKey, d.DueAt });
            delivery.HasIndex(d => new { d.CreditorId, d.CreatedAt });
        });
        modelBuilder.Entity<PageEvent>(happened =>
        {
            happened.Property(e => e.Kind).HasMaxLength(32);
            happened.Property(e => e.Text).HasMaxLength(2000);
            happened.HasIndex(e => new { e.CreditorId, e.AboutId });
        });
        modelBuilder.Entity<ConsoleUser>(user =>
        {
            user.Property(u => u.Email).HasMaxLength(254);
            user.Property(u => u.Name).HasMaxLength(140);
            user.Property(u => u.Language).HasMaxLength(2);
            user.Property(u => u.PasswordHash).HasMaxLength(200);
            user.Property(u => u.TotpSealed).HasMaxLength(1000);
            user.Property(u => u.SessionStamp).HasMaxLength(64);
            user.Property(u => u.Version).IsConcurrencyToken();
            user.HasIndex(u => u.Email).IsUnique();
            user.HasIndex(u => u.CreditorId);
        });
        modelBuilder.Entity<ConsoleAct>(act =>
        {
            act.Property(a => a.Name).HasMaxLength(140);
            act.Property(a => a.Act).HasMaxLength(60);
            act.Property(a => a.Subject).HasMaxLength(200);
            act.HasIndex(a => new { a.CreditorId, a.Id });
        });
        KeysAreGivenHere(modelBuilder);
    }
}
