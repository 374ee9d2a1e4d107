using System.Reflection;
using System.Reflection.Emit;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.Azure.WebJobs.Host;

/// <summary>
/// One static method for each durable function of the app, made at start as the Functions host makes its own. A trigger that is bound to a
/// string is what tells the extension that the function lives in another process.
/// </summary>
class Functions(IReadOnlyList<WorkerFunction> functions) : ITypeLocator
{
    static readonly Dictionary<string, Type> Triggers = new()
    {
        ["orchestrationTrigger"] = typeof(OrchestrationTriggerAttribute),
        ["activityTrigger"] = typeof(ActivityTriggerAttribute),
        ["entityTrigger"] = typeof(EntityTriggerAttribute),
    };

    public IReadOnlyList<Type> GetTypes()
    {
        var module = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("App"), AssemblyBuilderAccess.Run).DefineDynamicModule("App");
        var type = module.DefineType("AppFunctions", TypeAttributes.Public | TypeAttributes.Class);
        foreach (var function in functions.Where(each => Triggers.ContainsKey(each.Trigger))) Define(type, function);
        return [type.CreateType(), typeof(ClientBinding)];
    }

    static void Define(TypeBuilder type, WorkerFunction function)
    {
        Type[] parameters = function.Client ? [typeof(string), typeof(string)] : [typeof(string)];
        var method = type.DefineMethod(function.Name, MethodAttributes.Public | MethodAttributes.Static, typeof(Task<object>), parameters);
        method.SetCustomAttribute(Attribute(typeof(FunctionNameAttribute), function.Name));
        method.DefineParameter(1, ParameterAttributes.None, "trigger").SetCustomAttribute(Attribute(Triggers[function.Trigger]));
        if (function.Client) method.DefineParameter(2, ParameterAttributes.None, "client").SetCustomAttribute(Attribute(typeof(DurableClientAttribute)));
        var body = method.GetILGenerator();
        body.Emit(OpCodes.Ldstr, function.Name);
        body.Emit(OpCodes.Ldarg_0);
        body.Emit(function.Client ? OpCodes.Ldarg_1 : OpCodes.Ldnull);
        body.Emit(OpCodes.Call, typeof(Worker).GetMethod(nameof(Worker.Invoke))!);
        body.Emit(OpCodes.Ret);
    }

    static CustomAttributeBuilder Attribute(Type type, params object[] given) =>
        new(type.GetConstructor(given.Select(each => each.GetType()).ToArray())!, given);
}
