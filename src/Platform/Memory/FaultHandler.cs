using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace CameraFabric.Platform;

/// <summary>
/// The machine code of <see cref="MemoryGuard"/>'s signal handler. The sources are <c>FaultHandler.x64.s</c> and
/// <c>FaultHandler.arm64.s</c>, beside this file; <c>eng/fault-handler</c> compares them with these bytes, and prints new ones.
/// </summary>
internal static class FaultHandler
{
    private const string X64 =
        "837e08000f8e8e000000488b4e104c8b0ddb000000458b41044d8d51204183e8" +
        "017275498b42084d8b1a4839c1730b4c39d97206493b420874064983c220ebdd" +
        "57565241c74210010000004c89df4889c64c29deba0300000041ba3240000049" +
        "c7c0ffffffff4531c9b8090000000f054839f87520488b05740000008b38488d" +
        "3543000000ba08000000b8010000000f055a5e5fc35a5e5f488b055100000048" +
        "8b40084883f8017602ffe0bf07000000488d351900000031d241ba08000000b8" +
        "0d0000000f05c390010000000000000000000000000000000000000000000000" +
        "000000000000000000000000000000000000000000000000";

    private const string Arm64 =
        "290840b93f0100718d0500542a0840f90b0800586c0540b96d810091ec040034" +
        "8c050051ae210091cffddfc8b0fddfc85f010febc20000545f0110eb83000054" +
        "d10140f93f020feb60000054ad810091f3ffff17e007bea9e20b00f929008052" +
        "a91100b9bf3b03d5e00310aae10110cb620080d2430688d204008092050080d2" +
        "c81b80d2010000d41f0010eb21010054600140b9a1020010020180d2080880d2" +
        "010000d4e20b40f9e007c2a8c0035fd6e20b40f9e007c2a8c9020058290540f9" +
        "3f0500f14900005420011fd6e00080d201010010020080d2030180d2c81080d2" +
        "010000d4c0035fd6010000000000000000000000000000000000000000000000" +
        "000000000000000000000000000000000000000000000000";

    /// <summary>The handler for this process; its last word, the table's address, is filled in. Null if there is none.</summary>
    public static byte[]? For(Architecture architecture, nint table)
    {
        var listing = architecture switch
        {
            Architecture.X64 => X64,
            Architecture.Arm64 => Arm64,
            _ => null,
        };
        if (listing is null) return null;
        var code = Convert.FromHexString(listing);
        BinaryPrimitives.WriteInt64LittleEndian(code.AsSpan(code.Length - sizeof(long)), table);
        return code;
    }
}
