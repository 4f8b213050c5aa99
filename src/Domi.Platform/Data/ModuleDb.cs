using System.Collections.Concurrent;
using System.Data.Common;
using Domi.Standards;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Domi.Platform;

/// <summary>
/// What both modules' databases have in common: conventions, the write gate of SQLite, retries of PostgreSQL, and the tables of
/// jobs, keys and mail.
/// </summary>
public abstract class ModuleDb : DbContext, IDataProtectionKeyContext
{
    private WriteGate? gate;
    private bool? isSqlite;
    private bool writes;
    private bool repeats;

    protected ModuleDb(DbContextOptions options)
        : base(options)
    {
        ChangeTracker.AutoDetectChangesEnabled = false; // every look at what is tracked would compare it all; it is compared when it is saved
        Database.AutoSavepointsEnabled = false; // a change that fails is undone as a whole
    }

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    public DbSet<Schedule> Schedules => Set<Schedule>();

    public DbSet<Blob> Blobs => Set<Blob>();

    public DbSet<Mail> Mails => Set<Mail>();

    public DbSet<JobClaim> Claims => Set<JobClaim>();

    public DbSet<ProcessStart> Processes => Set<ProcessStart>();

    public DbSet<ModuleState> States => Set<ModuleState>();

    /// <remarks>Asked several times a write, and the provider reads its name from its assembly each time.</remarks>
    public bool IsSqlite => isSqlite ??= Database.IsSqlite();

    /// <summary>
    /// Runs a change as one write transaction. On SQLite it passes the gate of the file; on PostgreSQL a serialisation failure or a
    /// deadlock runs the whole of <paramref name="change"/> again, three times at most, on a cleared context: so it loads what it needs.
    /// </summary>
    /// <remarks>No HTTP, SMTP, conversion or waiting inside.</remarks>
    public async Task<T> WriteAsync<T>(Func<CancellationToken, Task<T>> change, CancellationToken ct)
    {
        if (Database.CurrentTransaction is not null) return await change(ct);
        if (repeats) return await WriteOnceAsync(change, ct);

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await WriteOnceAsync(change, ct);
            }
            catch (Exception e) when (attempt < 3 && IsTransient(e))
            {
                Clear();
            }
        }
    }

    /// <summary>
    /// Reads, decides, and writes by <see cref="WriteAsync{T}"/>. Whoever is beaten by another transaction – an index declines the row that
    /// the other one made first, the row is of another version by now, or both waited for each other – starts anew on a cleared context and
    /// finds what the other one did; the fourth time it is a fault.
    /// </summary>
    public async Task<T> RepeatWhenBeatenAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken ct)
    {
        if (Database.CurrentTransaction is not null) return await work(ct); // whoever began the transaction begins it anew

        repeats = true;
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return await work(ct);
                }
                catch (Exception e) when (attempt < 4 && (e is DbUpdateConcurrencyException || IsDuplicate(e) || IsTransient(e)))
                {
                    Clear();
                }
            }
        }
        finally
        {
            repeats = false;
        }
    }

    /// <summary><see cref="WriteAsync{T}"/>, begun anew by whoever is beaten: for a change that reads what it needs within.</summary>
    public Task<T> WriteOrRepeatAsync<T>(Func<CancellationToken, Task<T>> change, CancellationToken ct) => RepeatWhenBeatenAsync(token => WriteAsync(change, token), ct);

    public Task WriteOrRepeatAsync(Func<CancellationToken, Task> change, CancellationToken ct) =>
        WriteOrRepeatAsync(async token =>
        {
            await change(token);
            return true;
        }, ct);

    /// <summary>Plays a change and takes it back: what it would answer, or refuse, without having happened. The context is cleared.</summary>
    public Task<T> RehearseAsync<T>(Func<CancellationToken, Task<T>> change, CancellationToken ct) => RepeatWhenBeatenAsync(token => WriteOnceAsync(change, token, keeps: false), ct);

    /// <summary>Forgets what was loaded and what was to be written.</summary>
    protected virtual void Clear() => ChangeTracker.Clear();

    public Task WriteAsync(Func<CancellationToken, Task> change, CancellationToken ct) =>
        WriteAsync(async token =>
        {
            await change(token);
            return true;
        }, ct);

    /// <summary>
    /// One moment of the database, for reading only, until it is disposed: what others commit meanwhile is not seen. Nobody waits for it.
    /// </summary>
    public async Task<IDbContextTransaction> SnapshotAsync(CancellationToken ct)
    {
        if (!IsSqlite) return await Database.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct);

        await Database.OpenConnectionAsync(ct);
        // Deferred: an immediate one would take the place of the one writer.
        return (await Database.UseTransactionAsync(((SqliteConnection)Database.GetDbConnection()).BeginTransaction(deferred: true), ct))!;
    }

    /// <summary>Adds the last rows of a transaction, after everything else was saved. The engine numbers its feed events here.</summary>
    protected virtual Task BeforeCommitAsync(CancellationToken ct) => Task.CompletedTask;

    /// <summary>A change was committed: whoever waits for work may look.</summary>
    protected virtual void Committed() => Nudge.Of(this)?.Poke();

    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        if (Database.CurrentTransaction is null) return await WriteOnceAsync(token => SaveAsync(acceptAllChangesOnSuccess, token), cancellationToken);

        return await SaveAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    public override int SaveChanges(bool acceptAllChangesOnSuccess)
    {
        ChangeTracker.DetectChanges();
        if (Database.CurrentTransaction is not null || !IsSqlite) return base.SaveChanges(acceptAllChangesOnSuccess);

        // Only the key ring of data protection saves this way.
        var written = 0;
        GateOf().Do(() => written = base.SaveChanges(acceptAllChangesOnSuccess));
        return written;
    }

    private Task<int> SaveAsync(bool acceptAllChangesOnSuccess, CancellationToken ct)
    {
        ChangeTracker.DetectChanges();
        return base.SaveChangesAsync(acceptAllChangesOnSuccess, ct);
    }

    /// <summary>
    /// Saves what was added and changed so far, within the running write transaction, as SaveChanges does, and forgets it: for thousands of rows
    /// at once, which PostgreSQL is sent in batches and SQLite is not, and which nobody is to compare again before the commit.
    /// </summary>
    public async Task SaveManyAsync(CancellationToken ct)
    {
        if (Database.CurrentTransaction is not { } transaction) throw new InvalidOperationException("Many rows are saved inside a write transaction.");
        if (IsSqlite) ManyRows.Save(ChangeTracker, (SqliteTransaction)transaction.GetDbTransaction());
        else await SaveAsync(true, ct);
        ChangeTracker.Clear();
    }

    private WriteGate GateOf() => gate ??= WriteGate.Of(Path.GetFullPath(Database.GetDbConnection().DataSource));

    private async Task<T> WriteOnceAsync<T>(Func<CancellationToken, Task<T>> change, CancellationToken ct, bool keeps = true)
    {
        if (writes) throw new InvalidOperationException("A write inside a write that is not in its transaction.");
        writes = true;
        var isCommitted = false;
        try
        {
            var result = IsSqlite ? await WriteInTurnAsync(change, keeps, ct) : await WriteAloneAsync(change, keeps, ct);
            if (!keeps) return result;
            isCommitted = true;
            Committed();
            return result;
        }
        finally
        {
            // What did not come to be must not go along with the next write of this context, which may be another request's.
            if (!isCommitted) Clear();
            writes = false;
        }
    }

    private async Task<T> WriteAloneAsync<T>(Func<CancellationToken, Task<T>> change, bool keeps, CancellationToken ct)
    {
        await using var transaction = await Database.BeginTransactionAsync(ct);
        var result = await change(ct);
        await SaveAsync(true, ct);
        await BeforeCommitAsync(ct);
        if (keeps) await transaction.CommitAsync(ct);
        return result;
    }

    private async Task<T> WriteInTurnAsync<T>(Func<CancellationToken, Task<T>> change, bool keeps, CancellationToken ct)
    {
        var connection = (KeptConnection)this.GetService<IRelationalConnection>();
        var turn = await GateOf().EnterAsync(connection, ct).ConfigureAwait(false);
        T result;
        var isDone = false;
        try
        {
            connection.Lend(turn.Connection);
            await using var transaction = await Database.UseTransactionAsync(turn.Transaction, ct);
            result = await change(ct);
            await SaveAsync(true, ct);
            await BeforeCommitAsync(ct);
            isDone = keeps;
        }
        finally
        {
            connection.Lend(null);
            await turn.LeaveAsync(withChange: isDone);
        }

        return result;
    }

    /// <summary>Two transactions met and one had to give way.</summary>
    private static bool IsTransient(Exception e) =>
        e is PostgresException { SqlState: "40001" or "40P01" }
        || e is DbUpdateException { InnerException: PostgresException { SqlState: "40001" or "40P01" } };

    /// <summary>A unique index declined the row: somebody else was first.</summary>
    public static bool IsDuplicate(Exception e) => e switch
    {
        DbUpdateException { InnerException: { } inner } => IsDuplicate(inner),
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } => true,
        SqliteException { SqliteErrorCode: 19, SqliteExtendedErrorCode: 1555 or 2067 } => true,
        _ => false,
    };

    /// <summary>A value does not fit its column: too long a text, a character the database does not take.</summary>
    public static bool IsUnstorable(Exception e) => e switch
    {
        DbUpdateException { InnerException: { } inner } => IsUnstorable(inner),
        PostgresException { SqlState: ['2', '2', ..] } => true,
        _ => false,
    };

    /// <summary>The index or constraint that declined, by its name (PostgreSQL) or its columns (SQLite).</summary>
    public static string DuplicateOf(Exception e) => e switch
    {
        DbUpdateException { InnerException: { } inner } => DuplicateOf(inner),
        PostgresException postgres => postgres.ConstraintName ?? "",
        DbException other => other.Message,
        _ => "",
    };

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<decimal>().HavePrecision(18, 2);
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcInstant>();
        configurationBuilder.Properties<Enum>().HaveConversion<string>().HaveMaxLength(32);
        configurationBuilder.Properties<Iban>().HaveConversion<IbanText>().HaveMaxLength(34);
        configurationBuilder.Properties<Bic>().HaveConversion<BicText>().HaveMaxLength(11);
        configurationBuilder.Properties<StructuredCommunication>().HaveConversion<CommunicationText>().HaveMaxLength(12);
        configurationBuilder.Properties<EnterpriseNumber>().HaveConversion<EnterpriseText>().HaveMaxLength(10);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<DataProtectionKey>(key =>
        {
            key.ToTable("data_protection_keys");
            key.Property(k => k.FriendlyName).HasMaxLength(200);
        });
        modelBuilder.Entity<Schedule>(schedule =>
        {
            schedule.HasKey(s => s.Name);
            schedule.Property(s => s.Name).HasMaxLength(100);
            schedule.Property(s => s.LastOutcome).HasMaxLength(500);
        });
        modelBuilder.Entity<Blob>(blob =>
        {
            blob.HasKey(b => b.Hash);
            blob.Property(b => b.Hash).HasMaxLength(64);
            blob.Property(b => b.ContentType).HasMaxLength(100);
        });
        modelBuilder.Entity<JobClaim>(claim =>
        {
            claim.ToTable("job_claims");
            claim.HasKey(c => new { c.Job, c.Key });
            claim.Property(c => c.Job).HasMaxLength(100);
            claim.Property(c => c.Key).HasMaxLength(200);
        });
        modelBuilder.Entity<ProcessStart>(process =>
        {
            process.ToTable("processes");
            process.Property(p => p.Node).HasMaxLength(100);
        });
        modelBuilder.Entity<ModuleState>(state =>
        {
            state.ToTable("module_state");
            state.HasKey(s => s.Name);
            state.Property(s => s.Name).HasMaxLength(100);
        });
        modelBuilder.Entity<Mail>(Mail.Configure);
    }

    /// <summary>Ids are made in code: a row with an id is not a row that exists.</summary>
    protected static void KeysAreGivenHere(ModelBuilder modelBuilder)
    {
        foreach (var entity in modelBuilder.Model.GetEntityTypes().Where(e => e.ClrType != typeof(DataProtectionKey)))
            foreach (var property in entity.FindPrimaryKey()?.Properties ?? []) // types met on the way and left out have none
                property.ValueGenerated = Microsoft.EntityFrameworkCore.Metadata.ValueGenerated.Never;
    }
}

/// <summary>A small fact of the module that outlives a restart: the clock's offset, the installation's id.</summary>
public sealed class ModuleState
{
    public required string Name { get; init; }

    public required string Value { get; set; }
}
