using System.Text;

namespace CameraFabric.House.Tests.Tree;

/// <summary>
/// Tells the code of a C# file from its comments and literals, so that a rule about code does not trip over a word in a text.
/// </summary>
public static class CSharpText
{
    /// <summary>The code alone: comments, strings and characters are left out, line breaks stay.</summary>
    /// <param name="text">A whole file.</param>
    /// <returns>Its code.</returns>
    public static string CodeOf(string text)
    {
        var code = new StringBuilder(text.Length);
        var at = 0;
        Code(text, ref at, code, inHole: false);
        return code.ToString();
    }

    // Copies code until the end, or in the hole of an interpolated string until the brace that closes it.
    private static void Code(string text, ref int at, StringBuilder code, bool inHole)
    {
        var braces = 0;
        while (at < text.Length)
        {
            var c = text[at];
            if (c == '/' && Next(text, at) == '/') SkipTo(text, ref at, "\n", code, keepEnd: true);
            else if (c == '/' && Next(text, at) == '*') SkipTo(text, ref at, "*/", code, keepEnd: false);
            else if (c == '\'') Character(text, ref at);
            else if (c is '"' or '$' or '@' && StartsString(text, at)) String(text, ref at, code);
            else
            {
                if (c == '{') braces++;
                if (c == '}' && braces-- == 0 && inHole) return;
                code.Append(c);
                at++;
            }
        }
    }

    private static bool StartsString(string text, int at)
    {
        while (at < text.Length && text[at] is '$' or '@') at++;
        return at < text.Length && text[at] == '"';
    }

    private static void String(string text, ref int at, StringBuilder code)
    {
        var (dollars, verbatim) = (0, false);
        for (; text[at] != '"'; at++)
        {
            if (text[at] == '$') dollars++;
            else verbatim = true;
        }
        var quotes = Count(text, at, '"');
        // An empty string is two quotes; three or more begin a raw one.
        var raw = quotes >= 3 && !verbatim;
        var closing = raw ? quotes : 1;
        at += closing;
        while (at < text.Length)
        {
            var c = text[at];
            if (c == '"')
            {
                var run = Count(text, at, '"');
                if (verbatim && run >= 2) at += 2;
                else if (run >= closing)
                {
                    at += raw ? run : 1;
                    return;
                }
                else at += run;
            }
            else if (c == '\\' && !verbatim && !raw) at += 2;
            else if (c == '{' && dollars > 0) Braces(text, ref at, code, raw ? dollars : 1, raw);
            else
            {
                if (c == '\n') code.Append(c);
                at++;
            }
        }
    }

    // A run of opening braces: as many as the string has dollars open a hole; twice one is an escaped brace.
    private static void Braces(string text, ref int at, StringBuilder code, int opening, bool raw)
    {
        var run = Count(text, at, '{');
        if (run < opening || (!raw && run % 2 == 0))
        {
            at += run;
            return;
        }
        at += run;
        Code(text, ref at, code, inHole: true);
        at += Math.Min(opening, Count(text, at, '}'));
    }

    private static void Character(string text, ref int at)
    {
        at++;
        while (at < text.Length && text[at] is not ('\'' or '\n')) at += text[at] == '\\' ? 2 : 1;
        at++;
    }

    private static void SkipTo(string text, ref int at, string end, StringBuilder code, bool keepEnd)
    {
        var found = text.IndexOf(end, at + 2, StringComparison.Ordinal);
        var stop = found < 0 ? text.Length : keepEnd ? found : found + end.Length;
        code.Append('\n', text.AsSpan(at, stop - at).Count('\n'));
        at = stop;
    }

    private static int Count(string text, int at, char c)
    {
        var end = at;
        while (end < text.Length && text[end] == c) end++;
        return end - at;
    }

    private static char Next(string text, int at) => at + 1 < text.Length ? text[at + 1] : '\0';
}
