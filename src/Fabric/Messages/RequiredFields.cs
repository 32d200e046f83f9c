using System.Collections.Frozen;
using System.Reflection;
using MessagePack;

namespace CameraFabric.Fabric.Messages;

/// <summary>
/// What a message cannot be without. MessagePack leaves null where a peer wrote nil or less than there is; only a field that may be null
/// can do with that, and everything that later versions append is such a field, or a value.
/// </summary>
internal static class RequiredFields
{
    private static readonly FrozenDictionary<Type, PropertyInfo[]> Fields = typeof(IFabricMessage).Assembly.GetExportedTypes()
        .Where(static type => type.GetCustomAttribute<MessagePackObjectAttribute>() is not null)
        .ToFrozenDictionary(static type => type, Of);

    /// <summary>Looks whether a message has them, and the parts of it as well.</summary>
    /// <exception cref="MessagePackSerializationException">One is missing.</exception>
    public static void Check(object message)
    {
        if (!Fields.TryGetValue(message.GetType(), out var fields)) return;
        foreach (var field in fields)
        {
            Check(field.GetValue(message) ?? throw new MessagePackSerializationException(
                $"a {message.GetType().Name} has to have a {field.Name}, and this one has none"));
        }
    }

    private static PropertyInfo[] Of(Type type)
    {
        var context = new NullabilityInfoContext();
        return [.. type.GetProperties().Where(property => property.GetCustomAttribute<KeyAttribute>() is not null
            && !property.PropertyType.IsValueType && context.Create(property).ReadState == NullabilityState.NotNull)];
    }
}
