using System.Linq.Expressions;
using Domi.BackOffice.Companies;
using Domi.BackOffice.Connections;
using Domi.BackOffice.Documents;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Ledger;
using Domi.BackOffice.Mandates;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Runs;
using Domi.BackOffice.Statements;
using Domi.BackOffice.Templates;
using Domi.BackOffice.Timeline;
using Domi.BackOffice.Users;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice;

/// <summary>
/// The office's own database. Every table leads with its own company; with <see cref="Tenant"/> set, every query is of that company
/// alone, so that another company's row is the same as none. Jobs leave it unset. (<c>EF.Parameter</c> in the filters: compared in plain words,
/// "no tenant or this one" reaches the database as an OR that no index can serve.)
/// </summary>
public sealed class OfficeDb(DbContextOptions<OfficeDb> options) : ModuleDb(options)
{
    /// <summary>The own company that this context works for; null for jobs, which work for all.</summary>
    public Guid? Tenant { get; set; }

    public DbSet<OwnCompany> Companies => Set<OwnCompany>();

    public DbSet<NumberSeries> NumberSeries => Set<NumberSeries>();

    public DbSet<Relation> Relations => Set<Relation>();

    public DbSet<RelationAccount> RelationAccounts => Set<RelationAccount>();

    public DbSet<RelationMandate> RelationMandates => Set<RelationMandate>();

    public DbSet<Invitation> Invitations => Set<Invitation>();

    public DbSet<Invoice> Invoices => Set<Invoice>();

    public DbSet<InvoiceLine> InvoiceLines => Set<InvoiceLine>();

    public DbSet<LedgerEntry> LedgerEntries => Set<LedgerEntry>();

    public DbSet<FailedAttempt> FailedAttempts => Set<FailedAttempt>();

    public DbSet<InvoiceTotals> InvoiceTotals => Set<InvoiceTotals>();

    public DbSet<Connection> Connections => Set<Connection>();

    public DbSet<ProviderProfile> ProviderProfiles => Set<ProviderProfile>();

    public DbSet<FeedPosition> FeedPositions => Set<FeedPosition>();

    public DbSet<InboxEvent> Inbox => Set<InboxEvent>();

    public DbSet<WordTemplateFile> Templates => Set<WordTemplateFile>();

    public DbSet<MailTemplateText> MailTemplates => Set<MailTemplateText>();

    public DbSet<Document> Documents => Set<Document>();

    public DbSet<User> Users => Set<User>();

    public DbSet<UserCompany> UserCompanies => Set<UserCompany>();

    public DbSet<OfficeKey> OfficeKeys => Set<OfficeKey>();

    public DbSet<TimelineEntry> Timeline => Set<TimelineEntry>();

    public DbSet<BankAccount> BankAccounts => Set<BankAccount>();

    public DbSet<ImportedFile> ImportedFiles => Set<ImportedFile>();

    public DbSet<BankStatement> Statements => Set<BankStatement>();

    public DbSet<StatementLine> StatementLines => Set<StatementLine>();

    public DbSet<LineMark> LineMarks => Set<LineMark>();

    public DbSet<Run> Runs => Set<Run>();

    public DbSet<RunItem> RunItems => Set<RunItem>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);

        modelBuilder.Entity<OwnCompany>(company =>
        {
            company.ToTable("own_companies");
            Lengths(company, (nameof(OwnCompany.Name), 140), (nameof(OwnCompany.Street), 140), (nameof(OwnCompany.Zip), 20), (nameof(OwnCompany.City), 70),
                (nameof(OwnCompany.Country), 2), (nameof(OwnCompany.Email), 254), (nameof(OwnCompany.Phone), 40), (nameof(OwnCompany.Website), 200),
                (nameof(OwnCompany.Language), 2), (nameof(OwnCompany.ReplyTo), 254), (nameof(OwnCompany.MailSignature), 1000), (nameof(OwnCompany.LogoHash), 64),
                (nameof(OwnCompany.InvoiceNumberFormat), 40), (nameof(OwnCompany.CreditNoteNumberFormat), 40));
            company.Property(c => c.Version).IsConcurrencyToken();
        });
        modelBuilder.Entity<NumberSeries>(series =>
        {
            series.HasKey(s => new { s.OwnCompanyId, s.FiscalYear, s.Kind });
            series.Property(s => s.Format).HasMaxLength(40);
        });
        modelBuilder.Entity<Relation>(relation =>
        {
            Lengths(relation, (nameof(Relation.Name), 140), (nameof(Relation.FirstName), 70), (nameof(Relation.LastName), 70), (nameof(Relation.Street), 140),
                (nameof(Relation.Zip), 20), (nameof(Relation.City), 70), (nameof(Relation.Country), 2), (nameof(Relation.Language), 2), (nameof(Relation.Phone), 40),
                (nameof(Relation.Email), 254), (nameof(Relation.InvoiceEmail), 254), (nameof(Relation.InvoiceCc), 1000), (nameof(Relation.InvoiceBcc), 1000),
                (nameof(Relation.ReminderEmail), 254), (nameof(Relation.PoNumber), 70));
            relation.Property(r => r.Version).IsConcurrencyToken();
            relation.Ignore(r => r.AddressForInvoices).Ignore(r => r.AddressForReminders).Ignore(r => r.CustomerNumber).Ignore(r => r.NeedsEInvoice);
            relation.HasIndex(r => new { r.OwnCompanyId, r.Number }).IsUnique();
            relation.HasIndex(r => new { r.OwnCompanyId, r.Name });
        });
        modelBuilder.Entity<RelationAccount>(account =>
        {
            account.Property(a => a.MandateReference).HasMaxLength(35);
            account.HasIndex(a => new { a.RelationId, a.Iban }).IsUnique();
            account.HasIndex(a => new { a.OwnCompanyId, a.Iban });
        });
        modelBuilder.Entity<RelationMandate>(mandate =>
        {
            Lengths(mandate, (nameof(RelationMandate.Reference), 35), (nameof(RelationMandate.Scheme), 32), (nameof(RelationMandate.State), 40),
                (nameof(RelationMandate.CreditorIdentifier), 35), (nameof(RelationMandate.CancelReason), 200));
            mandate.HasIndex(m => new { m.ConnectionId, m.Reference }).IsUnique();
            mandate.HasIndex(m => m.RelationId);
        });
        modelBuilder.Entity<Invitation>(invitation =>
        {
            Lengths(invitation, (nameof(Invitation.ProfileName), 140), (nameof(Invitation.MandateReference), 35), (nameof(Invitation.InvitedBy), 140), (nameof(Invitation.LastError), 500), (nameof(Invitation.KnownBefore), 2000));
            invitation.HasIndex(i => i.DueAt);
            invitation.HasIndex(i => new { i.RelationId, i.CreatedAt });
            invitation.HasIndex(i => i.RelationId, "under_way").IsUnique().HasDatabaseName("ix_invitations_under_way").HasFilter("state in ('Planned', 'Inviting')");
        });
        modelBuilder.Entity<Invoice>(invoice =>
        {
            Lengths(invoice, (nameof(Invoice.Number), 70), (nameof(Invoice.Description), 200), (nameof(Invoice.Text), 2000), (nameof(Invoice.PoNumber), 70),
                (nameof(Invoice.Language), 2), (nameof(Invoice.LinkError), 500), (nameof(Invoice.PaymentUrl), 500), (nameof(Invoice.ProviderState), 40),
                (nameof(Invoice.MandateReference), 35), (nameof(Invoice.CreditorIdentifier), 35), (nameof(Invoice.FailureCode), 8), (nameof(Invoice.PdfHash), 64),
                (nameof(Invoice.PdfError), 500), (nameof(Invoice.SendError), 500), (nameof(Invoice.SentTo), 254), (nameof(Invoice.CreatedBy), 140));
            invoice.Property(i => i.Version).IsConcurrencyToken();
            invoice.Ignore(i => i.IsBeingCollected).Ignore(i => i.AnnouncesCollection).Ignore(i => i.PaymentReference);
            invoice.HasMany(i => i.Lines).WithOne().HasForeignKey(l => l.InvoiceId).OnDelete(DeleteBehavior.Cascade);
            invoice.HasIndex(i => new { i.OwnCompanyId, i.Number }).IsUnique();
            invoice.HasIndex(i => new { i.OwnCompanyId, i.Communication }).IsUnique();
            invoice.HasIndex(i => new { i.OwnCompanyId, i.State, i.Date, i.Id });
            // what is open is a few of many: figures and views are counted on this index alone
            invoice.HasIndex(i => new { i.OwnCompanyId, i.State, i.PaymentState, i.Kind, i.Date, i.DueOn, i.Method, i.ProviderState, i.FailureCode, i.LinkState, i.SendState, i.TotalExclVat, i.TotalInclVat, i.Paid, i.Open })
                .HasDatabaseName("ix_invoices_open").HasFilter("payment_state in ('Unpaid', 'PartiallyPaid')");
            invoice.HasIndex(i => new { i.OwnCompanyId, i.Open }).HasDatabaseName("ix_invoices_open_amount").HasFilter("payment_state in ('Unpaid', 'PartiallyPaid')");
            invoice.HasIndex(i => new { i.OwnCompanyId, i.State, i.SendState, i.Date });
            invoice.HasIndex(i => new { i.RelationId, i.Date });
            invoice.HasIndex(i => i.LinkDueAt);
            invoice.HasIndex(i => i.SendDueAt);
            invoice.HasIndex(i => i.SentAt).HasDatabaseName("ix_invoices_handing_over").HasFilter("send_state = 'HandingOver'");
        });
        modelBuilder.Entity<InvoiceLine>(line =>
        {
            line.Property(l => l.Code).HasMaxLength(40);
            line.Property(l => l.Description).HasMaxLength(1000);
            line.Property(l => l.Quantity).HasPrecision(18, 3);
            line.Property(l => l.UnitPrice).HasPrecision(18, 4);
            line.Ignore(l => l.Amount);
            line.HasIndex(l => l.InvoiceId);
        });
        modelBuilder.Entity<LedgerEntry>(entry =>
        {
            Lengths(entry, (nameof(LedgerEntry.Key), 140), (nameof(LedgerEntry.Source), 40), (nameof(LedgerEntry.Method), 32), (nameof(LedgerEntry.ReasonCode), 8), (nameof(LedgerEntry.Actor), 140));
            entry.HasIndex(e => new { e.OwnCompanyId, e.Key, e.Kind }).IsUnique();
            entry.HasIndex(e => e.InvoiceId);
            entry.HasIndex(e => e.LineId).HasFilter("line_id is not null");
        });
        modelBuilder.Entity<FailedAttempt>(attempt =>
        {
            Lengths(attempt, (nameof(FailedAttempt.Key), 140), (nameof(FailedAttempt.ReasonCode), 8));
            attempt.HasIndex(a => new { a.OwnCompanyId, a.Key }).IsUnique();
            attempt.HasIndex(a => a.InvoiceId);
        });
        modelBuilder.Entity<InvoiceTotals>(totals =>
        {
            totals.ToTable("invoice_totals");
            totals.HasKey(t => new { t.OwnCompanyId, t.Month, t.State });
        });
        modelBuilder.Entity<Connection>(connection =>
        {
            Lengths(connection, (nameof(Connection.BaseAddress), 300), (nameof(Connection.MerchantNumber), 40), (nameof(Connection.ApiKeySealed), 1000),
                (nameof(Connection.PrivateKeySealed), 1000), (nameof(Connection.Salt), 40), (nameof(Connection.HookToken), 64), (nameof(Connection.LastError), 60), (nameof(Connection.LastErrorText), 500));
            connection.HasIndex(c => c.HookToken).IsUnique();
            connection.HasIndex(c => new { c.OwnCompanyId, c.IsActive });
            connection.HasIndex(c => c.PollDueAt);
            connection.HasIndex(c => c.OwnCompanyId, "active").IsUnique().HasDatabaseName("ix_connections_active").HasFilter("is_active");
        });
        modelBuilder.Entity<ProviderProfile>(profile =>
        {
            profile.HasKey(p => new { p.ConnectionId, p.Number });
            Lengths(profile, (nameof(ProviderProfile.Name), 140), (nameof(ProviderProfile.Type), 32));
        });
        modelBuilder.Entity<FeedPosition>(position =>
        {
            position.HasKey(p => new { p.ConnectionId, p.Feed });
            Lengths(position, (nameof(FeedPosition.Feed), 32), (nameof(FeedPosition.Position), 40));
        });
        modelBuilder.Entity<InboxEvent>(inbox =>
        {
            inbox.ToTable("inbox");
            Lengths(inbox, (nameof(InboxEvent.Feed), 32), (nameof(InboxEvent.Key), 110), (nameof(InboxEvent.Position), 40), (nameof(InboxEvent.Reason), 60));
            inbox.HasIndex(e => new { e.ConnectionId, e.Feed, e.Key }).IsUnique();
            inbox.HasIndex(e => new { e.ConnectionId, e.State, e.ReceivedAt });
        });
        modelBuilder.Entity<WordTemplateFile>(template =>
        {
            template.ToTable("word_templates");
            Lengths(template, (nameof(WordTemplateFile.Name), 140), (nameof(WordTemplateFile.Language), 2), (nameof(WordTemplateFile.FileName), 200), (nameof(WordTemplateFile.BlobHash), 64), (nameof(WordTemplateFile.ChangedBy), 140));
            template.HasIndex(t => new { t.OwnCompanyId, t.Type, t.Language, t.IsActive });
        });
        modelBuilder.Entity<MailTemplateText>(template =>
        {
            template.ToTable("mail_templates");
            Lengths(template, (nameof(MailTemplateText.Language), 2), (nameof(MailTemplateText.Subject), 300));
            template.HasIndex(t => new { t.OwnCompanyId, t.Context, t.Language }).IsUnique();
        });
        modelBuilder.Entity<Document>(document =>
        {
            Lengths(document, (nameof(Document.Name), 200), (nameof(Document.ContentType), 100), (nameof(Document.BlobHash), 64), (nameof(Document.SourceKey), 140));
            document.HasIndex(d => new { d.OwnCompanyId, d.SourceKey }).IsUnique();
            document.HasIndex(d => new { d.RelationId, d.CreatedAt });
            document.HasIndex(d => new { d.OwnCompanyId, d.CreatedAt });
        });
        modelBuilder.Entity<User>(user =>
        {
            Lengths(user, (nameof(User.Email), 254), (nameof(User.Name), 140), (nameof(User.Language), 2), (nameof(User.PasswordHash), 300), (nameof(User.TotpSealed), 1000), (nameof(User.SessionStamp), 64));
            user.HasIndex(u => u.Email).IsUnique();
            // guesses that come at once count one by one, and a code is used once
            user.Property(u => u.FailedSignIns).IsConcurrencyToken();
            user.Property(u => u.TotpLastStep).IsConcurrencyToken();
        });
        modelBuilder.Entity<UserCompany>(access => access.HasKey(a => new { a.UserId, a.OwnCompanyId }));
        modelBuilder.Entity<OfficeKey>(key =>
        {
            Lengths(key, (nameof(OfficeKey.Name), 140), (nameof(OfficeKey.KeyHash), 64), (nameof(OfficeKey.Hint), 12));
            key.HasIndex(k => k.KeyHash).IsUnique();
        });
        modelBuilder.Entity<TimelineEntry>(entry =>
        {
            entry.ToTable("timeline");
            Lengths(entry, (nameof(TimelineEntry.Code), 60), (nameof(TimelineEntry.Actor), 140));
            entry.Ignore(e => e.Values);
            entry.HasIndex(e => new { e.InvoiceId, e.At });
            entry.HasIndex(e => new { e.RelationId, e.At });
        });
        modelBuilder.Entity<BankAccount>(account =>
        {
            Lengths(account, (nameof(BankAccount.Account), 34), (nameof(BankAccount.AddedBy), 140));
            account.HasIndex(a => new { a.OwnCompanyId, a.Account }).IsUnique();
        });
        modelBuilder.Entity<ImportedFile>(file =>
        {
            Lengths(file, (nameof(ImportedFile.FileName), 200), (nameof(ImportedFile.ImportedBy), 140));
            file.Ignore(f => f.Outcomes).Ignore(f => f.Refusal);
            file.HasIndex(f => new { f.OwnCompanyId, f.ImportedAt });
        });
        modelBuilder.Entity<BankStatement>(statement =>
        {
            statement.ToTable("bank_statements");
            Lengths(statement, (nameof(BankStatement.Identity), 140), (nameof(BankStatement.Account), 34), (nameof(BankStatement.Currency), 3), (nameof(BankStatement.BankId), 35), (nameof(BankStatement.Format), 40),
                (nameof(BankStatement.FileName), 200), (nameof(BankStatement.ImportedBy), 140), (nameof(BankStatement.DecidedBy), 140));
            statement.Property(s => s.Version).IsConcurrencyToken();
            statement.Ignore(s => s.Findings).Ignore(s => s.Name);
            statement.HasIndex(s => new { s.OwnCompanyId, s.Identity }).IsUnique().HasDatabaseName("ix_bank_statements_taken").HasFilter("state in ('Held', 'Booked')");
            statement.HasIndex(s => new { s.OwnCompanyId, s.Account, s.Until });
            statement.HasIndex(s => new { s.OwnCompanyId, s.State, s.ImportedAt });
            statement.HasIndex(s => s.MatchDueAt);
        });
        modelBuilder.Entity<StatementLine>(line =>
        {
            Lengths(line, (nameof(StatementLine.CounterpartyName), 140), (nameof(StatementLine.CounterpartyAccount), 34), (nameof(StatementLine.Text), 500), (nameof(StatementLine.CreditorReference), 25),
                (nameof(StatementLine.EndToEndId), 35), (nameof(StatementLine.MandateId), 35), (nameof(StatementLine.BankReference), 35), (nameof(StatementLine.TransactionCode), 35), (nameof(StatementLine.ReturnReason), 8));
            line.Property(l => l.Version).IsConcurrencyToken();
            line.Ignore(l => l.Rest).Ignore(l => l.IsCollection);
            line.HasIndex(l => new { l.StatementId, l.Position }).IsUnique();
            line.HasIndex(l => new { l.OwnCompanyId, l.State, l.BookedOn, l.Id });
            line.HasIndex(l => new { l.OwnCompanyId, l.CounterpartyAccount });
            line.HasIndex(l => l.RelationId).HasDatabaseName("ix_statement_lines_credit").HasFilter("state in ('Credit', 'ToDo')");
            line.HasIndex(l => new { l.OwnCompanyId, l.EndToEndId }).HasDatabaseName("ix_statement_lines_to_do").HasFilter("state = 'ToDo'");
        });
        modelBuilder.Entity<LineMark>(mark =>
        {
            Lengths(mark, (nameof(LineMark.Word), 140), (nameof(LineMark.Actor), 140));
            mark.HasIndex(m => new { m.LineId, m.Step }).IsUnique();
            mark.HasIndex(m => m.Undoes).IsUnique().HasFilter("undoes is not null");
        });
        modelBuilder.Entity<Run>(run =>
        {
            Lengths(run, (nameof(Run.Argument), 200), (nameof(Run.StartedBy), 140));
            run.HasIndex(r => new { r.OwnCompanyId, r.StartedAt });
        });
        modelBuilder.Entity<RunItem>(item =>
        {
            Lengths(item, (nameof(RunItem.Error), 60), (nameof(RunItem.ErrorText), 500));
            item.HasIndex(i => new { i.RunId, i.State, i.Position });
            item.HasIndex(i => i.DueAt);
        });
        foreach (var (type, filter) in Filters()) modelBuilder.Entity(type).HasQueryFilter(filter);
        KeysAreGivenHere(modelBuilder);
    }

    /// <summary>Of each table that belongs to own companies, the rows that are seen by a context with a <see cref="Tenant"/>.</summary>
    internal static IReadOnlyDictionary<Type, LambdaExpression> Filters()
    {
        OfficeDb db = null!; // the context that asks takes its place
        Expression<Func<OwnCompany, bool>> itself = c => EF.Parameter(db.Tenant) == null || c.Id == db.Tenant;
        return new Dictionary<Type, LambdaExpression>(
        [
            KeyValuePair.Create<Type, LambdaExpression>(typeof(OwnCompany), itself),
            Of<NumberSeries>(), Of<Relation>(), Of<RelationAccount>(), Of<RelationMandate>(), Of<Invitation>(), Of<Invoice>(), Of<LedgerEntry>(),
            Of<FailedAttempt>(), Of<InvoiceTotals>(), Of<Connection>(), Of<ProviderProfile>(), Of<InboxEvent>(), Of<WordTemplateFile>(),
            Of<MailTemplateText>(), Of<Document>(), Of<OfficeKey>(), Of<TimelineEntry>(), Of<BankAccount>(), Of<ImportedFile>(), Of<BankStatement>(),
            Of<StatementLine>(), Of<LineMark>(), Of<Run>(), Of<RunItem>(),
        ]);

        KeyValuePair<Type, LambdaExpression> Of<T>()
            where T : class
        {
            Expression<Func<T, bool>> filter = row => EF.Parameter(db.Tenant) == null || EF.Property<Guid>(row, nameof(Invoice.OwnCompanyId)) == db.Tenant;
            return new(typeof(T), filter);
        }
    }

    private static void Lengths<T>(Microsoft.EntityFrameworkCore.Metadata.Builders.EntityTypeBuilder<T> entity, params ReadOnlySpan<(string Property, int Most)> lengths)
        where T : class
    {
        foreach (var (property, most) in lengths) entity.Property(property).HasMaxLength(most);
    }
}
