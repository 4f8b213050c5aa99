using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Domi.Platform;

/// <summary>
/// The one writer of a SQLite file: whoever wants to write takes a turn on its connection, and those who wait at the same time share one
/// commit. The provider's own busy loop sleeps and starves writers (worst wait 5.3 s against 23 ms with the gate).
/// </summary>
/// <remarks>
/// A turn is a savepoint: it is undone alone, and nobody who shares the commit hears of it. Nobody is told that his change is kept before the
/// commit is on the disk. Turns are taken on a thread that the file has for itself while there is something to write: SQLite never waits
/// asynchronously, and a turn that is handed over through the thread pool lies in its queue behind the reading of other requests, while nobody
/// writes. One connection, because whatever another one writes makes SQLite forget the pages that it had read.
/// </remarks>
internal sealed class WriteGate
{
    /// <summary>So many share a commit at most: the first of them waits for the last.</summary>
    private const int Most = 16;

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);
    private static readonly ConcurrentDictionary<string, WriteGate> Gates = new(StringComparer.Ordinal);

    private readonly SemaphoreSlim free = new(1, 1);
    private readonly Queue<Turn> waiting = new();
    private bool runs;

    public static WriteGate Of(string file) => Gates.GetOrAdd(file, _ => new());

    /// <summary>Waits for the turn; what follows runs on the writers' thread until <see cref="Turn.LeaveAsync"/>.</summary>
    public async Task<Turn> EnterAsync(KeptConnection own, CancellationToken ct)
    {
        var turn = new Turn(own);
        lock (waiting)
        {
            waiting.Enqueue(turn);
            if (runs) Monitor.Pulse(waiting);
            else
            {
                new Thread(Run) { IsBackground = true, Name = "writes" }.Start();
                runs = true; // not before: without a thread everybody would wait for ever
            }
        }

        await using (ct.UnsafeRegister(static (state, token) => ((Turn)state!).GiveUp(token), turn))
            await turn.Begun.ConfigureAwait(false);
        return turn;
    }

    /// <summary>Between two commits, on a connection of its own: for those who cannot wait asynchronously, a call back from within a library.</summary>
    public void Do(Action write)
    {
        free.Wait();
        try
        {
            write();
        }
        finally
        {
            free.Release();
        }
    }

    private void Run()
    {
        SqliteConnection? connection = null;
        while (Next(Idle) is { } turn)
        {
            free.Wait();
            try
            {
                connection ??= Databases.OpenToWrite(turn.Own);
                if (Write(connection, turn)) continue;
            }
            catch (Exception e) when (connection is null)
            {
                turn.Fail(e);
            }
            finally
            {
                free.Release();
            }

            // Whatever went wrong, the next one begins on a connection that knows nothing of it.
            Databases.Close(ref connection);
        }

        Databases.Close(ref connection);
    }

    /// <summary>One transaction of the first and those who wait behind. False when the database refused it.</summary>
    private bool Write(SqliteConnection connection, Turn first)
    {
        SqliteTransaction transaction;
        try
        {
            transaction = connection.BeginTransaction(deferred: false);
        }
        catch (Exception e)
        {
            first.Fail(e);
            return false;
        }

        // Also who changed nothing is answered when it is sure that what he saw of the others came to be.
        var (taken, kept) = (new List<Turn>(), 0);
        var turn = first;
        try
        {
            for (; turn is not null; turn = taken.Count < Most ? Next(TimeSpan.Zero) : null)
            {
                taken.Add(turn);
                if (turn.Take(connection, transaction)) kept++;

                // A full disk and the like undo everything, and not the turn alone.
                if (raw.sqlite3_get_autocommit(connection.Handle) != 0) throw new IOException("The database has undone what was being written.");
            }

            if (kept > 0) transaction.Commit();
            transaction.Dispose();
        }
        catch (Exception e)
        {
            taken.ForEach(t => t.Fail(e));
            return false;
        }

        taken.ForEach(t => t.End());
        return true;
    }

    private Turn? Next(TimeSpan patience)
    {
        lock (waiting)
        {
            while (true)
            {
                if (waiting.TryDequeue(out var turn)) return turn;
                if (patience == TimeSpan.Zero) return null;
                if (Monitor.Wait(waiting, patience) || waiting.Count > 0) continue;
                runs = false;
                return null;
            }
        }
    }

    /// <summary>One change in the transaction that is running.</summary>
    internal sealed class Turn(KeptConnection own)
    {
        private readonly TaskCompletionSource begun = new(); // its continuation runs where it is completed: on the writers' thread
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly SemaphoreSlim left = new(0, 1);
        private bool isKept;

        public KeptConnection Own { get; } = own;

        public SqliteConnection Connection { get; private set; } = null!;

        public SqliteTransaction Transaction { get; private set; } = null!;

        public Task Begun => begun.Task;

        /// <summary>
        /// Ends the turn, with the change or without; when this answers, what was shared is on the disk. What follows runs on the thread pool.
        /// </summary>
        public async Task LeaveAsync(bool withChange)
        {
            isKept = withChange;
            left.Release();
            await ended.Task.ConfigureAwait(false);
        }

        /// <summary>Has the change made, and answers whether it is to be kept.</summary>
        public bool Take(SqliteConnection connection, SqliteTransaction transaction)
        {
            (Connection, Transaction) = (connection, transaction);
            KeptStatements.Instance.Execute(connection, transaction, "savepoint turn");
            if (!begun.TrySetResult())
            {
                KeptStatements.Instance.Execute(connection, transaction, "release turn");
                return false; // gave up meanwhile
            }

            left.Wait(); // who did wait asynchronously has left this thread and still has the turn
            if (raw.sqlite3_get_autocommit(connection.Handle) != 0) return isKept; // the database undid everything, as the gate will find
            if (!isKept) KeptStatements.Instance.Execute(connection, transaction, "rollback to turn");
            KeptStatements.Instance.Execute(connection, transaction, "release turn");
            return isKept;
        }

        public void End() => ended.TrySetResult();

        /// <summary>It did not come to the turn, or the commit of all who shared it failed.</summary>
        public void Fail(Exception reason)
        {
            if (!begun.TrySetException(reason)) ended.TrySetException(reason);
        }

        public void GiveUp(CancellationToken token) => begun.TrySetCanceled(token);
    }
}
