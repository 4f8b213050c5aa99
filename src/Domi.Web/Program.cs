using Domi.Platform;
using Domi.Web;

try
{
    return await Commands.Root().Parse(args).InvokeAsync();
}
catch (SettingsException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
