package chainrule.apps.cli;
import picocli.CommandLine.Command;
@Command(name = "pull")
final class Pull implements Verb { public int run(Console c) { return 0; } }
