using CameraFabric.Device.Camera.Wire;

namespace CameraFabric.Device.Tests.Camera.Sessions;

internal sealed partial class SessionRig
{
    /// <summary>A chain that the driver made available, and what came back.</summary>
    internal sealed class Sent(SessionRig rig, int queue, int readable, int writable)
    {
        private int _used;

        public int Readable { get; } = readable;

        public int Writable { get; } = writable;

        public bool IsBack { get; private set; }

        /// <summary>Bytes that the device says it wrote.</summary>
        public int Used
        {
            get
            {
                Assert.True(IsAnswered, "the chain has not come back");
                return _used;
            }
        }

        public bool IsAnswered
        {
            get
            {
                rig.Reap(queue);
                return IsBack;
            }
        }

        public byte[] Bytes => rig.Memory.Bytes.Read(Writable, Used).ToArray();

        public ResponseHeader Header => CameraWire.Read<ResponseHeader>(Bytes);

        public CameraStatus Status => Header.Status;

        public ReadOnlySpan<byte> Body => Bytes.AsSpan(ResponseHeader.Bytes);

        public ResultHeader Result => CameraWire.Read<ResultHeader>(Bytes);

        public BufferResult BufferResult => CameraWire.Read<BufferResult>(Bytes.AsSpan(ResultHeader.Bytes));

        public CameraEvent Event => CameraWire.Read<CameraEvent>(Bytes);

        public void Return(int used)
        {
            IsBack = true;
            _used = used;
        }

        public T Reply<T>()
            where T : unmanaged => CameraWire.Read<T>(Body);

        /// <summary>The metadata of a result.</summary>
        public Dictionary<uint, (PacketItem Item, byte[] Value)> Metadata => Items(Bytes.AsSpan(ResultHeader.Bytes + BufferResult.Bytes));

        /// <summary>The packet behind the response header.</summary>
        public Dictionary<uint, (PacketItem Item, byte[] Value)> ReplyItems => Items(Body);

        public static Dictionary<uint, (PacketItem Item, byte[] Value)> Items(ReadOnlySpan<byte> packet)
        {
            Assert.True(ControlPacketReader.TryOpen(packet, CameraWire.MaximumPacketItems, out var reader, out var error), error);
            var items = new Dictionary<uint, (PacketItem, byte[])>();
            for (var i = 0; i < reader.Count; i++)
            {
                var item = reader.Read(i, out var value);
                items.Add(item.Id, (item, value.ToArray()));
            }

            return items;
        }
    }
}
