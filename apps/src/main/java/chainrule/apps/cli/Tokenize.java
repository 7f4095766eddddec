package chainrule.apps.cli;

import chainrule.local.Prompts;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tokenize}: the tokens of a text. */
@Command(
        name = "tokenize",
        description = "Show the tokens of a text, or with --ids the tokens of these ids.",
        footer = {"", "Example:", "  ./chainrule tokenize \"Hello, world\" --model my-model --json"})
final class Tokenize implements Verb {
    @Mixin
    ModelName model = new ModelName();

    @Mixin
    TextOptions text = new TextOptions();

    @Option(names = "--json", description = "Print one JSON object.")
    boolean json;

    @Override
    public int run(Console console) throws IOException {
        text.text(console);
        try (Prompts prompts = Prompts.of(model.checkpoint(), line -> console.note("chainrule: " + line))) {
            int[] ids = text.ids(prompts, console);
            List<String> tokens =
                    Arrays.stream(ids).mapToObj(prompts.tokenizer()::token).toList();
            if (json) {
                Map<String, Object> all = new LinkedHashMap<>();
                all.put("ids", ids);
                all.put("tokens", tokens);
                console.json(all);
            } else {
                for (int i = 0; i < ids.length; i++) {
                    console.println(ids[i] + "\t" + tokens.get(i));
                }
            }
            return DONE;
        }
    }
}
