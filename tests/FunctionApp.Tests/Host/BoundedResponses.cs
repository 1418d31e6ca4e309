namespace Rill.FunctionApp.Tests.Host;

/// <summary>Lets no test wait for ever for a response's headers or for more of its body: says which request it was, and what the host said last.</summary>
internal sealed class BoundedResponses(HostProcess host) : DelegatingHandler(new SocketsHttpHandler())
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(110);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var what = $"{request.Method} {request.RequestUri}";
        var response = await LimitAsync(base.SendAsync(request, cancellationToken), what, cancellationToken);
        var body = new BoundedBody(this, await response.Content.ReadAsStreamAsync(cancellationToken), what);
        var bounded = new StreamContent(body);
        foreach (var (name, values) in response.Content.Headers)
        {
            bounded.Headers.TryAddWithoutValidation(name, values);
        }

        response.Content = bounded;
        return response;
    }

    private async Task<T> LimitAsync<T>(Task<T> task, string what, CancellationToken cancellationToken)
    {
        try
        {
            return await task.WaitAsync(_patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{what}: nothing came within {_patience.TotalSeconds} s. The host (process {host.Id}) said last:\n{host.Text}");
        }
    }

    private sealed class BoundedBody(BoundedResponses owner, Stream body, string what) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = body.ReadAsync(buffer, cancellationToken);
            return read.IsCompletedSuccessfully ? read.Result : await owner.LimitAsync(read.AsTask(), what, cancellationToken);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer, offset, count, default).GetAwaiter().GetResult();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                body.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
