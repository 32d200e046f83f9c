using System.Runtime.CompilerServices;

namespace CameraFabric.Fuzz.Targets;

/// <summary>Says what must hold. The message is only put together when it does not.</summary>
internal static class Oracle
{
    public static void Expect(bool isRight, [InterpolatedStringHandlerArgument(nameof(isRight))] ref Finding what)
    {
        if (!isRight) throw new FindingException(what.Text);
    }

    [InterpolatedStringHandler]
    internal ref struct Finding
    {
        private DefaultInterpolatedStringHandler _text;

        public Finding(int literalLength, int formattedCount, bool isRight, out bool isNeeded)
        {
            isNeeded = !isRight;
            if (isNeeded) _text = new DefaultInterpolatedStringHandler(literalLength, formattedCount);
        }

        public string Text => _text.ToStringAndClear();

        public void AppendLiteral(string value) => _text.AppendLiteral(value);

        public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);
    }
}
