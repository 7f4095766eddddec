package chainrule.apps.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** {@code completion}: what makes a shell complete verbs and options. */
@Command(
        name = "completion",
        description = "Print a script that makes bash and zsh complete verbs and options.",
        footer = {"", "Example:", "  source <(./chainrule completion)"})
final class Completion implements Verb {
    @Override
    public int run(Console console) {
        console.print(AutoComplete.bash("chainrule", Main.commandLine(console.environment())));
        return DONE;
    }
}
