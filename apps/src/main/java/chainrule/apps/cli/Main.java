package chainrule.apps.cli;

import chainrule.BadInput;
import chainrule.train.RunFolder;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/** The command line {@code chainrule VERB ...}. Exit codes: 0 done, 1 failure, 2 usage, 3 bad input, 130 interrupted. */
@Command(
        name = "chainrule",
        description = "Autoregressive language models: train them, decode them, look at them.",
        synopsisSubcommandLabel = "VERB",
        commandListHeading = "%nVerbs:%n",
        footer = {
            "",
            "Examples:",
            "  ./chainrule generate \"quillfish (noun):\"",
            "  ./chainrule train --data my-texts/ --out runs/mine",
            "  ./chainrule VERB --help",
            "",
            "An option can also be given as an environment variable: CHAINRULE_MAX_TOKENS=40 for --max-tokens 40.",
            "Exit codes: 0 done, 1 failure, 2 usage, 3 bad input, 130 interrupted."
        },
        subcommands = {
            Generate.class,
            Chat.class,
            Compare.class,
            Train.class,
            Distil.class,
            Control.class,
            Score.class,
            Eval.class,
            Info.class,
            Tokenize.class,
            Template.class,
            Export.class,
            Study.class,
            Data.class,
            Pull.class,
            Doctor.class,
            Completion.class
        })
public final class Main {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    boolean help;

    private Main() {}

    /** Runs a verb and ends the process with its exit code. */
    public static void main(String... args) {
        PrintStream out = stream(FileDescriptor.out);
        PrintStream err = stream(FileDescriptor.err);
        int code = run(args, new Console(System.in, out, err, System.getenv()));
        out.flush();
        err.flush();
        System.exit(code);
    }

    /** UTF-8 whatever the locale says. */
    private static PrintStream stream(FileDescriptor to) {
        return new PrintStream(new BufferedOutputStream(new FileOutputStream(to)), false, StandardCharsets.UTF_8);
    }

    /** Runs a verb. @return its exit code */
    static int run(String[] args, Console console) {
        try {
            ParseResult parsed = commandLine(console.environment()).parseArgs(args);
            ParseResult last = parsed;
            while (last.hasSubcommand()) {
                last = last.subcommand();
            }
            CommandLine verb = last.commandSpec().commandLine();
            Object object = last.commandSpec().userObject();
            if (last.isUsageHelpRequested() || !(object instanceof Verb running)) {
                console.println(help(verb, object));
                return args.length == 0 ? Verb.USAGE : Verb.DONE;
            }
            return running.run(console);
        } catch (Exception | Error e) {
            Failure failure = Failure.of(e);
            console.out().flush();
            console.note("chainrule: " + failure.sentence());
            if (console.environment().containsKey("CHAINRULE_DEBUG")) {
                e.printStackTrace(console.err());
                console.err().flush();
            }
            return failure.code();
        }
    }

    /** @param environment gives options that are not given their values */
    static CommandLine commandLine(Map<String, String> environment) {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setDefaultValueProvider(new Environment(environment));
    }

    /** A verb's command line with the options that the environment gives written out. */
    static List<String> command(ParseResult verb, Map<String, String> environment) {
        List<String> all = new ArrayList<>(verb.originalArgs());
        Environment given = new Environment(environment);
        for (OptionSpec option : verb.commandSpec().options()) {
            String value = given.defaultValue(option);
            if (value != null && !verb.hasMatchedOption(option)) {
                all.add(option.longestName() + "=" + value);
            }
        }
        return all;
    }

    /**
     * A verb with the options that the run in {@code path} was started with.
     *
     * @throws BadInput where another verb started it
     */
    static <V extends Verb> V begun(Path path, Class<V> type) {
        String[] arguments = RunFolder.command(path).toArray(String[]::new);
        Object verb = commandLine(Map.of())
                .parseArgs(arguments)
                .subcommand()
                .commandSpec()
                .userObject();
        if (type.isInstance(verb)) {
            return type.cast(verb);
        }
        throw new BadInput(path.resolve("command.json") + " does not hold a command of this verb.");
    }

    private static String help(CommandLine command, Object object) {
        List<String> footer =
                new ArrayList<>(List.of(command.getCommandSpec().usageMessage().footer()));
        if (object instanceof Verb verb) {
            verb.names().forEach(line -> footer.add(line.replace("%", "%%")));
        }
        command.getCommandSpec()
                .usageMessage()
                .footer(footer.toArray(String[]::new))
                .width(110)
                .longOptionsMaxWidth(40);
        return command.getUsageMessage().stripTrailing();
    }

    /** {@code CHAINRULE_MAX_TOKENS} for {@code --max-tokens}; of options that take one value. */
    private record Environment(Map<String, String> variables) implements IDefaultValueProvider {
        /** Variables that have a meaning of their own. */
        private static final List<String> TAKEN = List.of("CHAINRULE_DATA");

        @Override
        public @Nullable String defaultValue(ArgSpec argument) {
            if (!(argument instanceof OptionSpec option) || option.arity().max() == 0) {
                return null;
            }
            String name = "CHAINRULE"
                    + option.longestName()
                            .replaceFirst("^-", "")
                            .replace('-', '_')
                            .toUpperCase(Locale.ROOT);
            return TAKEN.contains(name) ? null : variables.get(name);
        }
    }
}
