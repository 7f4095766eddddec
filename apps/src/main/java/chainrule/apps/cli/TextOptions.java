package chainrule.apps.cli;

import chainrule.BadInput;
import chainrule.local.Prompts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A text, or the tokens of one. */
final class TextOptions {
    @Parameters(arity = "0..1", paramLabel = "TEXT", description = "The text; - reads it from standard input.")
    Optional<String> text = Optional.empty();

    @Option(names = "--ids", paramLabel = "1,2,3", description = "Token ids in place of a text.")
    Optional<String> ids = Optional.empty();

    /** The text where one is given; empty where ids are. */
    Optional<String> text(Console console) throws IOException {
        if (text.isPresent() == ids.isPresent()) {
            throw new Failure.Usage("Give a text, or token ids by --ids" + (ids.isPresent() ? ", not both." : "."));
        }
        return text.equals(Optional.of("-"))
                ? Optional.of(new String(console.in().readAllBytes(), StandardCharsets.UTF_8))
                : text;
    }

    /** The tokens of the text, raw. */
    int[] ids(Prompts prompts, Console console) throws IOException {
        Optional<String> raw = text(console);
        return raw.isPresent() ? prompts.text(raw.get()) : ids();
    }

    /** Those of {@code --ids}. */
    int[] ids() {
        String list = ids.orElse("");
        try {
            return Arrays.stream(list.split(","))
                    .map(String::strip)
                    .mapToInt(Integer::parseInt)
                    .toArray();
        } catch (NumberFormatException e) {
            throw new BadInput(
                    "--ids takes whole numbers with commas between them, as in 1,2,3, not '" + list + "'.", e);
        }
    }
}
