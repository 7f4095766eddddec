package chainrule.apps.cli;

import chainrule.Progress;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where a verb reads and writes: results to {@code out}, all else to {@code err}.
 *
 * @param environment the variables that say where things are
 */
record Console(InputStream in, PrintStream out, PrintStream err, Map<String, String> environment) {
    /** Part of a result, shown at once. */
    void print(String text) {
        out.print(text);
        out.flush();
    }

    void println(String line) {
        out.println(line);
        out.flush();
    }

    /** The one object that a verb prints with {@code --json}. */
    void json(Object value) {
        println(JsonMapper.shared().writeValueAsString(value));
    }

    /** A line that is no result. */
    void note(String line) {
        err.println(line);
        err.flush();
    }

    /** The line, among those that are no results, of how far {@code what} has come. */
    Progress progress(String what, long total, Progress.Unit unit) {
        return new Progress(what, total, unit, new Progress.Screen(err, terminal()));
    }

    /** Whether {@code err} ends on one: as the launcher says, since it stands between; without it, as the JVM sees. */
    @SuppressWarnings("SystemConsoleNull")
    boolean terminal() {
        String told = environment.get("CHAINRULE_TERMINAL");
        return told != null
                ? told.equals("1")
                : System.console() != null && System.console().isTerminal();
    }

    /** Whether results may be coloured: on a terminal, as the launcher says, unless {@code NO_COLOR} is set. */
    boolean colours() {
        return environment.getOrDefault("CHAINRULE_COLOURS", "").equals("1")
                && environment.getOrDefault("NO_COLOR", "").isEmpty();
    }

    /** Whether the reader of the results has gone. */
    boolean gone() {
        return out.checkError();
    }
}
