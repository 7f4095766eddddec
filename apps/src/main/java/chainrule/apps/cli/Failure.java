package chainrule.apps.cli;

import chainrule.BadInput;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What became of a verb that did not do its work, as a sentence for the user and an exit code. */
record Failure(int code, String sentence) {
    /** A command line that makes no sense. */
    static final class Usage extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Usage(String message) {
            super(message);
        }
    }

    static Failure of(Throwable thrown) {
        return switch (thrown) {
            case BadInput e -> new Failure(Verb.BAD_INPUT, text(e));
            case Usage e -> new Failure(Verb.USAGE, text(e));
            case ParameterException e -> new Failure(Verb.USAGE, usage(e));
            case CancellationException _ -> new Failure(Verb.INTERRUPTED, "Interrupted.");
            case OutOfMemoryError _ ->
                new Failure(Verb.FAILURE, "Java's heap is full: give it more, as in CHAINRULE_JVM_OPTIONS=-Xmx4g.");
            case NoSuchFileException e ->
                new Failure(Verb.BAD_INPUT, e.getFile() + ": there is no such file or folder.");
            case AccessDeniedException e -> new Failure(Verb.BAD_INPUT, e.getFile() + " may not be read or written.");
            case FileAlreadyExistsException e ->
                new Failure(Verb.BAD_INPUT, e.getFile() + " is there already, and is not what is needed there.");
            case FileSystemException e -> new Failure(Verb.FAILURE, text(e) + ".");
            case IOException e when e.getMessage() != null -> new Failure(Verb.FAILURE, sentence(e));
            default -> unexpected(thrown);
        };
    }

    private static Failure unexpected(Throwable thrown) {
        Throwable cause = Optional.ofNullable(thrown.getCause()).orElse(thrown);
        if (cause instanceof BadInput) {
            return of(cause);
        }
        String text = text(thrown);
        if (text.contains("DefaultCPUAllocator") || text.contains("not enough memory")) {
            return new Failure(Verb.FAILURE, "There is not enough memory: choose a smaller model, batch or window.");
        }
        boolean known = thrown.getClass().getName().startsWith("chainrule.");
        return new Failure(
                Verb.FAILURE,
                known ? text : text + " (" + thrown.getClass().getSimpleName() + "; CHAINRULE_DEBUG=1 shows where)");
    }

    /** The first line of the message: libtorch's go on with the frames of its own stack. */
    private static String text(Throwable thrown) {
        return Optional.ofNullable(thrown.getMessage())
                .flatMap(m -> m.lines().findFirst())
                .orElse("Something unexpected happened");
    }

    private static String sentence(Throwable thrown) {
        return text(thrown).replaceFirst("[.]?$", ".");
    }

    private static String usage(ParameterException e) {
        String name = e.getCommandLine().getCommandSpec().qualifiedName();
        String more = " See " + name + " --help.";
        if (!(e instanceof UnmatchedArgumentException unmatched)
                || unmatched.getUnmatched().isEmpty()) {
            return sentence(e) + more;
        }
        String given = unmatched.getUnmatched().getFirst();
        boolean verb = !e.getCommandLine().getSubcommands().isEmpty();
        String meant = unmatched.getSuggestions().stream()
                .findFirst()
                .map(s -> " Did you mean " + s + "?")
                .orElse("");
        if (verb && !given.startsWith("-")) {
            return "There is no verb '" + given + "'." + meant + " There are "
                    + String.join(", ", e.getCommandLine().getSubcommands().keySet()) + ".";
        }
        return given.startsWith("-")
                ? name + " has no option " + given + "." + meant + more
                : name + " does not know what to do with '" + given + "'." + more;
    }
}
