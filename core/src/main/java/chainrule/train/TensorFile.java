package chainrule.train;

import chainrule.tensor.Ops;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Temporary: float32 safetensors until the checkpoint package is there. */
final class TensorFile {
    private TensorFile() {}

    static void write(Path file, Map<String, Tensor> tensors) throws IOException {
        ObjectNode header = JsonMapper.shared().createObjectNode();
        long at = 0;
        for (var e : tensors.entrySet()) {
            ObjectNode node = header.putObject(e.getKey()).put("dtype", "F32");
            ArrayNode shape = node.putArray("shape");
            for (long s : e.getValue().shape()) shape.add(s);
            node.putArray("data_offsets").add(at).add(at += e.getValue().numel() * 4);
        }
        byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
        try (var ch = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ch.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(text.length)
                    .flip());
            ch.write(ByteBuffer.wrap(text));
            for (Tensor t : tensors.values()) {
                ByteBuffer b = Ops.segment(t).asByteBuffer();
                while (b.hasRemaining()) ch.write(b);
            }
        }
    }

    static SequencedMap<String, Tensor> read(Path file) throws IOException {
        SequencedMap<String, Tensor> all = new LinkedHashMap<>();
        try (var ch = FileChannel.open(file)) {
            ByteBuffer n = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            ch.read(n);
            ByteBuffer text = ByteBuffer.allocate((int) n.flip().getLong());
            ch.read(text);
            JsonNode header = JsonMapper.shared().readTree(text.array());
            for (var e : header.properties()) {
                long[] shape = new long[e.getValue().get("shape").size()];
                for (int i = 0; i < shape.length; i++)
                    shape[i] = e.getValue().get("shape").get(i).asLong();
                Tensor t = Ops.empty(ScalarType.Float, shape);
                ByteBuffer b = Ops.segment(t).asByteBuffer();
                while (b.hasRemaining()) ch.read(b);
                all.put(e.getKey(), t);
            }
        }
        return all;
    }
}
