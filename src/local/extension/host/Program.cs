using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.Azure.WebJobs.Host;
using Microsoft.Azure.WebJobs.Host.Config;
using Newtonsoft.Json.Linq;

// The real Durable extension on the real WebJobs SDK, without the Functions host around it: the Node worker is a child process that answers
// each call over loopback HTTP in place of gRPC. Arguments: the Node program and its own arguments, of which the last one is the app's folder.
var worker = await Worker.Start(args[0], args[1..]);
var settings = new Dictionary<string, string?>();
Flatten(JObject.Parse(File.ReadAllText(Path.Combine(args[^1], "host.json")))["extensions"]!["durableTask"]!, "AzureWebJobs:extensions:durableTask");

var host = new HostBuilder()
    .ConfigureAppConfiguration(configuration => configuration.AddEnvironmentVariables().AddInMemoryCollection(settings))
    .ConfigureLogging(logging => logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning))
    .ConfigureWebJobs(jobs => jobs.AddAzureStorageCoreServices().AddDurableTask(options => options.LocalRpcEndpointEnabled = true))
    .ConfigureServices(services => services
        .AddSingleton<ITypeLocator>(new Functions(worker.Functions))
        .AddSingleton<IWebHookProvider>(new WebHooks(worker.SiteUrl)))
    .UseConsoleLifetime()
    .Build();
await host.StartAsync();
// What a client binding holds is the same for every call: the worker needs it for the HTTP functions and timers, which it serves itself.
var jobHost = (JobHost)host.Services.GetRequiredService<IJobHost>();
await jobHost.CallAsync(typeof(ClientBinding).GetMethod(nameof(ClientBinding.Give))!, new Dictionary<string, object?>());
await host.WaitForShutdownAsync();

// host.json as the WebJobs SDK reads it.
void Flatten(JToken token, string path)
{
    if (token is not JObject section) settings[path] = token.ToString();
    else foreach (var property in section.Properties()) Flatten(property.Value, $"{path}:{property.Name}");
}

public static class ClientBinding
{
    [NoAutomaticTrigger]
    public static Task Give([DurableClient] string client) => Worker.Current.Give(client);
}

class WebHooks(string siteUrl) : IWebHookProvider
{
    public Uri GetUrl(IExtensionConfigProvider extension) => new($"{siteUrl}/runtime/webhooks/durabletask?code=trial");
}
