using System.CommandLine;
using Domi.Platform;
using Domi.Rendering;
using Domi.Web;

// Decided before any host is built: this process may be the one that converts documents for another.
if (args is [RenderWorker.Verb, ..]) return RenderWorker.Run(args);

try
{
    // The hosts themselves listen to SIGTERM: stop claiming, finish what runs, close.
    var parsed = Commands.Root().Parse(args);
    var code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
    return parsed.Errors.Count > 0 ? 2 : code;
}
catch (SettingsException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
