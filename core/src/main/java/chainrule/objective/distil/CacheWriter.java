package chainrule.objective.distil;

import chainrule.BadInput;
import chainrule.checkpoint.AtomicFile;
import chainrule.data.Windows;
import chainrule.model.Input;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.LongConsumer;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Asks a teacher about all rows, one after another, into a file aside, which takes its name when it is whole. */
record CacheWriter(Path file, CacheForm form, Teacher teacher, LongConsumer progress) {
    /** Tokens whose logits exist at a time. */
    private static final int CHUNK = 512;

    void write(List<Windows> texts) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try (FileChannel channel =
                FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            lock(channel, part);
            long done = whole(channel);
            long number = 0;
            for (Windows windows : texts) {
                for (long i = 0; i < windows.count(); i++, number++) {
                    if (number >= done) {
                        int[] ids = new int[form.length() + 1];
                        windows.read(i, ids);
                        put(channel, answers(ids));
                        progress.accept(number + 1);
                    }
                }
            }
            channel.force(true);
        }
        AtomicFile.move(part, file);
    }

    private static void lock(FileChannel channel, Path part) throws IOException {
        try {
            if (channel.tryLock() != null) {
                return;
            }
        } catch (OverlappingFileLockException e) {
            // The other one is in this process: told below as any other.
        }
        throw new BadInput("Another process is writing " + part + ": wait for it, or name another file.");
    }

    /** The rows that an interrupted writer of the same answers left; what follows them is cut off. */
    private long whole(FileChannel channel) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(CacheForm.BYTES);
        channel.read(head, 0);
        if (!head.flip().equals(form.bytes())) {
            channel.truncate(0);
            channel.position(0);
            put(channel, form.bytes());
            return 0;
        }
        long rows = 0;
        ByteBuffer row = ByteBuffer.allocate(form.rowBytes()).order(ByteOrder.LITTLE_ENDIAN);
        while (channel.read(row.clear(), end(rows)) == form.rowBytes() && form.whole(row)) {
            rows++;
        }
        channel.truncate(end(rows));
        channel.position(end(rows));
        return rows;
    }

    private long end(long rows) {
        return CacheForm.BYTES + rows * form.rowBytes();
    }

    private static void put(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private ByteBuffer answers(int... ids) {
        ByteBuffer row = ByteBuffer.allocate(form.rowBytes()).order(ByteOrder.LITTLE_ENDIAN);
        row.putLong(0, Fingerprint.of(ids));
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            Tensor all = Ops.ids(new int[][] {ids});
            Tensor targets = all.narrow(1, 1, form.length());
            Teacher.Answer answer = teacher.of(Input.of(all.narrow(1, 0, form.length())), targets);
            for (int from = 0; from < form.length(); from += CHUNK) {
                try (var _ = new Scope()) {
                    int to = Math.min(from + CHUNK, form.length());
                    Tensor at = torch.arange(new Scalar(from), new Scalar(to));
                    put(row, from, Ops.logSoftmax(answer.logits(at), -1), Ops.slice(targets.flatten(), 0, from, to));
                }
            }
        }
        return row.putInt(form.checkAt(), CacheForm.crc(row.slice(0, form.checkAt())));
    }

    private void put(ByteBuffer row, int from, Tensor logP, Tensor targets) {
        Tensor kept = kept(logP, targets);
        Tensor others =
                logP.scatter(1, kept, new Scalar(Double.NEGATIVE_INFINITY)).logsumexp(-1);
        long[] ids = Ops.longs(kept);
        float[] logs = Ops.floats(logP.gather(1, kept));
        float[] rest = Ops.floats(others);
        for (int i = 0; i < ids.length; i++) {
            row.putInt(form.idsAt() + (from * form.kept() + i) * Integer.BYTES, (int) ids[i]);
            row.putFloat(form.logsAt() + (from * form.kept() + i) * Float.BYTES, logs[i]);
        }
        for (int t = 0; t < rest.length; t++) {
            row.putFloat(form.restAt() + (from + t) * Float.BYTES, rest[t]);
        }
    }

    /** The likeliest ids, the target in the last one's place where it is not among them: int64 [C,K]. */
    private Tensor kept(Tensor logP, Tensor targets) {
        Tensor best = logP.topk(form.kept()).get1().clone();
        Tensor target = targets.unsqueeze(1);
        Tensor there = best.eq(target).sum(1).unsqueeze(1).gt(new Scalar(0));
        Tensor last = best.narrow(1, form.kept() - 1, 1);
        last.copy_(torch.where(there, last.clone(), target));
        return best;
    }
}
