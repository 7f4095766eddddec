package chainrule.apps.cli;
import picocli.CommandLine.Command;
@Command(name = "train")
final class Train implements Verb { public int run(Console c) { return 0; } }
