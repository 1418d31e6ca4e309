using System.Runtime.InteropServices;

namespace Rill.CommandLine.Pipes;

/// <summary>
/// Standard output by write(2). The console's own stream drops what it writes to a closed pipe and says nothing, so that a program with
/// endless input would never end; a FileStream writes to a file at its own position, over what an earlier program of the same shell
/// redirection has written there.
/// </summary>
internal sealed unsafe partial class UnixOutput : Stream
{
    private const int StandardOutput = 1;
    private const int Interrupted = 4;    // EINTR
    private const int BrokenPipe = 32;    // EPIPE
    private const short Writable = 4;     // POLLOUT

    private static readonly int s_wouldBlock = OperatingSystem.IsLinux() ? 11 : 35;    // EAGAIN

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Writes all bytes, waiting where the reader is slow.</summary>
    /// <exception cref="BrokenPipeException">The reader is gone.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            for (nint written = 0; written < buffer.Length;)
            {
                var count = WriteBytes(StandardOutput, bytes + written, buffer.Length - written);
                if (count >= 0)
                {
                    written += count;
                    continue;
                }

                Recover(Marshal.GetLastPInvokeError());
            }
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Does nothing: nothing is held back here.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    private static void Recover(int error)
    {
        if (error == s_wouldBlock)
        {
            var wanted = new PollEntry { File = StandardOutput, Events = Writable };
            _ = Poll(&wanted, 1, -1);
        }
        else if (error != Interrupted)
        {
            throw error == BrokenPipe
                ? new BrokenPipeException()
                : new IOException($"Standard output cannot be written: {Marshal.GetPInvokeErrorMessage(error)}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteBytes(int file, byte* bytes, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int File;
        public short Events;
        public short Happened;
    }
}
