package chainrule.data;

import java.io.EOFException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;

/** What to tell a user of a failed access to a file. */
final class Reason {
    private Reason() {}

    static String of(Exception e) {
        return switch (e) {
            case UncheckedIOException u when u.getCause() != null -> of(u.getCause());
            case NoSuchFileException _ -> "it does not exist";
            case AccessDeniedException _ -> "access is denied";
            case FileSystemLoopException _ -> "a link in it leads back to it";
            case FileSystemException f when f.getReason() != null -> f.getReason();
            case EOFException _ -> "it is cut short";
            default -> String.valueOf(e.getMessage());
        };
    }
}
