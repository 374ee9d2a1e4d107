using System.Diagnostics;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

public record WorkerFunction(string Name, string Trigger, bool Client);

/// <summary>The Node process with the app. It ends with this one: its standard input closes.</summary>
public class Worker
{
    static readonly JsonSerializerSettings AsItIs = new() { DateParseHandling = DateParseHandling.None };

    readonly HttpClient http;

    Worker(JObject said)
    {
        http = new HttpClient { BaseAddress = new Uri((string)said["workerUrl"]!), Timeout = TimeSpan.FromMinutes(10) };
        SiteUrl = (string)said["siteUrl"]!;
        Functions = said["functions"]!.ToObject<List<WorkerFunction>>()!;
    }

    public static Worker Current { get; private set; } = null!;

    public string SiteUrl { get; }

    public IReadOnlyList<WorkerFunction> Functions { get; }

    /// <summary>Its first line says where it listens and what it has; the others are passed on.</summary>
    public static async Task<Worker> Start(string node, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(node) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        var first = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The worker ended before it served.");
        _ = Task.Run(async () =>
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line) Console.WriteLine(line);
        });
        return Current = new Worker(JObject.Parse(first));
    }

    public Task Give(string client) => http.PostAsync("client", new StringContent(client));

    /// <summary>What a failed call throws reads as what the Functions host throws: the extension looks into the text for the actions before it.</summary>
    public static async Task<object?> Invoke(string name, string trigger, string? client)
    {
        var call = new JObject { ["name"] = name, ["trigger"] = trigger, ["client"] = client };
        using var content = new StringContent(call.ToString(Formatting.None), Encoding.UTF8, "application/json");
        // The extension blocks an orchestrator's thread on this: nothing here may want to return to it.
        var response = await Current.http.PostAsync("invoke", content).ConfigureAwait(false);
        var answer = JsonConvert.DeserializeObject<JObject>(await response.Content.ReadAsStringAsync().ConfigureAwait(false), AsItIs)!;
        if (answer["error"] is JObject error) throw new Exception($"Result: Failure\nException: {error["message"]}\nStack: {error["stack"]}");
        return answer["data"] switch
        {
            JObject data when data["json"] is { } json => JsonConvert.DeserializeObject((string)json!, AsItIs),
            JObject data => ((JValue?)(data["string"] ?? data["int"] ?? data["double"]))?.Value,
            _ => null,
        };
    }
}
