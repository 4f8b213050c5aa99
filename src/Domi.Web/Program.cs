using Domi.Platform;
using Domi.Rendering;
using Domi.Web;

// Decided before any host is built: this process may be the one that converts documents for another.
if (args is [RenderWorker.Verb, ..]) return RenderWorker.Run(args);

try
{
    return await Commands.Root().Parse(args).InvokeAsync();
}
catch (SettingsException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
