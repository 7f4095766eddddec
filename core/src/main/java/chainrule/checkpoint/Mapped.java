package chainrule.checkpoint;

import chainrule.BadInput;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Function;

/** A file mapped into memory, read-only. */
record Mapped(Path file, Arena arena, MemorySegment memory) implements AutoCloseable {
    /** Maps a file and reads its header; unmaps it where that fails. */
    static <T> T open(Path file, Function<Mapped, T> read) {
        Mapped mapped = map(file);
        try {
            return read.apply(mapped);
        } catch (RuntimeException | Error e) {
            mapped.close();
            throw e;
        }
    }

    private static Mapped map(Path file) {
        if (Files.isDirectory(file)) {
            throw new BadInput(file + " is a folder where a file is needed.");
        }
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file)) {
            return new Mapped(file, arena, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (IOException e) {
            arena.close();
            throw unreadable(file, e);
        }
    }

    static BadInput unreadable(Path file, IOException e) {
        String what = switch (e) {
            case NoSuchFileException _ -> "there is no such file";
            case AccessDeniedException _ -> "the file may not be read: check its permissions";
            default -> "the file cannot be read (" + e.getMessage() + ")";
        };
        return new BadInput(file + ": " + what + ".", e);
    }

    BadInput bad(String what) {
        return new BadInput(file + ": " + what + ".");
    }

    long size() {
        return memory.byteSize();
    }

    @Override
    public void close() {
        arena.close();
    }
}
