using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Domi.Engine.Tests.Wire;

/// <summary>What a host logs as a fault of its own.</summary>
internal sealed class Faults : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> logged = new();

    public List<string> Take()
    {
        var all = new List<string>();
        while (logged.TryDequeue(out var one)) all.Add(one);
        return all;
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) logged.Enqueue($"{formatter(state, exception)}\n{exception}");
    }

    public void Dispose()
    {
    }
}
