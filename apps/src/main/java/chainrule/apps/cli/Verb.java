package chainrule.apps.cli;

import java.util.List;

/** What the command line can do: a class with picocli's annotations for its options. */
interface Verb {
    int DONE = 0;
    int FAILURE = 1;
    int USAGE = 2;
    int BAD_INPUT = 3;
    int INTERRUPTED = 130;

    /**
     * @return the exit code
     * @throws Exception any; {@link Failure} makes a sentence and an exit code of it
     */
    int run(Console console) throws Exception;

    /** Lines below the help: what exists that the options can name. */
    default List<String> names() {
        return List.of();
    }
}
