package chainrule.objective.distil;

import chainrule.BadInput;
import chainrule.data.Windows;
import chainrule.model.Input;
import chainrule.model.Tokens;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What a teacher said of given texts, from a file: per token the K likeliest ids with their log-probabilities, and what all
 * others have together. The target is always among them, in the last one's place if need be. So p[g] and with it UNC and
 * TKD are the teacher's own in float32; what is lost is how the rest is shared out among the other V − K, which are given
 * equal parts of it. At K = V nothing is lost.
 *
 * <p>A row is found by its ids, so that the order of training does not matter; other texts than those in the file are
 * refused.
 */
public final class CachedTeacher implements Teacher, AutoCloseable {
    private final Path file;
    private final CacheForm form;
    private final String description;
    private final Arena arena;
    private final MemorySegment bytes;
    private final Map<Long, Long> places = new HashMap<>();

    private CachedTeacher(Path file, CacheForm form, String description) throws IOException {
        this.file = file;
        this.form = form;
        this.description = description;
        this.arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer head = ByteBuffer.allocate(CacheForm.BYTES);
            channel.read(head, 0);
            form.check(file, head.flip(), channel.size());
            bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            for (long i = 0; i < form.rows(); i++) {
                ByteBuffer row = row(i);
                if (!form.whole(row)) {
                    throw CacheForm.wrong(file, "is damaged in row " + i);
                }
                places.put(row.getLong(0), i);
            }
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /**
     * The answers in {@code file}, which are asked of {@code teacher} first where they are not there. Asking that was
     * interrupted goes on where it was.
     *
     * @param texts all windows that a student will be trained on or measured on, of one length
     * @param kept K
     * @param progress is told the rows that have been asked about
     * @throws BadInput where the file is of another teacher, of other texts or damaged
     */
    public static CachedTeacher of(Path file, Teacher teacher, List<Windows> texts, int kept, LongConsumer progress) {
        if (kept < 1) {
            throw new BadInput("A cache of " + kept + " answers a token: at least 1 is needed.");
        }
        int k = Math.min(kept, teacher.vocabulary());
        Fingerprint data = new Fingerprint();
        long rows = 0;
        int[] ids = new int[texts.getFirst().length() + 1];
        for (Windows windows : texts) {
            for (long i = 0; i < windows.count(); i++) {
                windows.read(i, ids);
                data.add(ids);
            }
            rows += windows.count();
        }
        var form = new CacheForm(
                k, teacher.vocabulary(), ids.length - 1, rows, Fingerprint.of(teacher.description()), data.value());
        try {
            if (!Files.exists(file)) {
                new CacheWriter(file, form, teacher, progress).write(texts);
            }
            return new CachedTeacher(file, form, k + " answers a token of " + teacher.description());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int vocabulary() {
        return form.vocabulary();
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public Answer of(Input input, Tensor targets) {
        ByteBuffer[] rows = rows(input, targets);
        int width = (int) targets.size(1);
        return at -> {
            try (var scope = new Scope()) {
                return scope.keep(logits(rows, width, Ops.longs(at)));
            }
        };
    }

    /** The batch's rows in the file, where they have zeros up to their full length. */
    private ByteBuffer[] rows(Input input, Tensor targets) {
        if (!(input.tokens() instanceof Tokens.Ids(Tensor idsBT)) || idsBT.size(1) > form.length()) {
            throw unknown();
        }
        int t = (int) idsBT.size(1);
        long[] ids;
        long[] next;
        try (var _ = new Scope()) {
            ids = Ops.longs(idsBT);
            next = Ops.longs(targets.select(1, t - 1));
        }
        ByteBuffer[] rows = new ByteBuffer[next.length];
        int[] row = new int[form.length() + 1];
        for (int b = 0; b < rows.length; b++) {
            for (int i = 0; i < t; i++) {
                row[i] = (int) ids[b * t + i];
            }
            row[t] = (int) next[b];
            Long place = places.get(Fingerprint.of(row));
            if (place == null) {
                throw unknown();
            }
            rows[b] = row(place);
        }
        return rows;
    }

    private BadInput unknown() {
        return new BadInput(file + " has no answers to a text of this batch: a cache serves given texts, in rows of "
                + form.length() + " tokens, and none that a model writes.");
    }

    private ByteBuffer row(long i) {
        return bytes.asSlice(CacheForm.BYTES + i * form.rowBytes(), form.rowBytes())
                .asByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The rest in equal parts, and what is kept in its place: [C,V]. */
    private Tensor logits(ByteBuffer[] rows, int width, long... at) {
        int k = form.kept();
        long[] ids = new long[at.length * k];
        float[] logs = new float[at.length * k];
        float[] rest = new float[at.length];
        for (int c = 0; c < at.length; c++) {
            ByteBuffer row = rows[(int) (at[c] / width)];
            int t = (int) (at[c] % width);
            for (int i = 0; i < k; i++) {
                ids[c * k + i] = row.getInt(form.idsAt() + (t * k + i) * Integer.BYTES);
                logs[c * k + i] = row.getFloat(form.logsAt() + (t * k + i) * Float.BYTES);
            }
            rest[c] = row.getFloat(form.restAt() + t * Float.BYTES);
        }
        Tensor each = Ops.tensor(rest, at.length, 1).sub(new Scalar(Math.log(Math.max(1, form.vocabulary() - k))));
        return each.expand(at.length, form.vocabulary())
                .to(ScalarType.Float)
                .clone()
                .scatter_(1, Ops.tensor(ids, at.length, k), Ops.tensor(logs, at.length, k));
    }

    @Override
    public void close() {
        arena.close();
    }
}
