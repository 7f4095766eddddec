package chainrule.objective.distil;

import chainrule.nn.Tree;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.bytedeco.pytorch.Tensor;

/** SHA-256 of models and of rows of ids, cut to 64 bits. */
final class Fingerprint {
    private static final long PIECE = 1 << 28;

    private final MessageDigest digest;

    Fingerprint() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of all parameters with their names and shapes. */
    static long of(Tree parameters) {
        Fingerprint all = new Fingerprint();
        parameters.tensors().forEach(all::add);
        return all.value();
    }

    static long of(int... ids) {
        Fingerprint all = new Fingerprint();
        all.add(ids);
        return all.value();
    }

    static long of(String text) {
        Fingerprint all = new Fingerprint();
        all.digest.update(text.getBytes(StandardCharsets.UTF_8));
        return all.value();
    }

    static String text(long value) {
        return HexFormat.of().toHexDigits(value);
    }

    void add(int... ids) {
        ByteBuffer bytes = ByteBuffer.allocate(ids.length * Integer.BYTES);
        bytes.asIntBuffer().put(ids);
        digest.update(bytes);
    }

    private void add(String path, Tensor parameter) {
        digest.update((path + Arrays.toString(parameter.shape())).getBytes(StandardCharsets.UTF_8));
        try (var _ = new Scope()) {
            MemorySegment memory = Ops.segment(parameter.detach().contiguous());
            for (long from = 0; from < memory.byteSize(); from += PIECE) {
                digest.update(memory.asSlice(from, Math.min(PIECE, memory.byteSize() - from))
                        .asByteBuffer());
            }
        }
    }

    long value() {
        return ByteBuffer.wrap(digest.digest()).getLong();
    }
}
