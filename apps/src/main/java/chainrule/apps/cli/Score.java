package chainrule.apps.cli;

import chainrule.decode.Token;
import chainrule.local.LocalModel;
import chainrule.local.Prompts;
import chainrule.nn.Compute;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code score}: how likely a model finds every token of a text. */
@Command(
        name = "score",
        description =
                "Show the log-probability of every token of a text, and the likeliest tokens in its place. In f32 unless told otherwise.",
        footer = {"", "Example:", "  ./chainrule score \"The capital of France is Paris\" --model my-model --top 3"})
final class Score implements Verb {
    @Mixin
    ModelOptions model = new ModelOptions();

    @Mixin
    TextOptions text = new TextOptions();

    @Option(names = "--top", paramLabel = "N", description = "How many likeliest tokens (${DEFAULT-VALUE}).")
    int top = 5;

    @Option(names = "--json", description = "Print one JSON object.")
    boolean json;

    @Override
    public int run(Console console) throws IOException {
        text.text(console);
        try (LocalModel lm = model.open(Compute.F32, console)) {
            List<Token> tokens = lm.score(text.ids(lm.prompts(), console), top);
            if (json) {
                console.json(json(tokens));
            } else {
                tokens.forEach(t -> console.println(line(t, lm.prompts())));
            }
            return DONE;
        }
    }

    private static Map<String, Object> json(List<Token> tokens) {
        List<@Nullable Double> logprobs = new ArrayList<>();
        List<@Nullable List<List<Number>>> top = new ArrayList<>();
        for (Token t : tokens) {
            boolean predicted = t.logprob().isPresent();
            logprobs.add(predicted ? t.logprob().getAsDouble() : null);
            top.add(
                    predicted
                            ? t.alternatives().stream()
                                    .map(a -> List.<Number>of(a.id(), a.logprob()))
                                    .toList()
                            : null);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("ids", tokens.stream().map(Token::id).toList());
        all.put("logprobs", logprobs);
        all.put("top", top);
        return all;
    }

    private static String line(Token token, Prompts prompts) {
        String best = String.join(
                "  ",
                token.alternatives().stream()
                        .map(a -> name(a.id(), prompts) + String.format(Locale.ROOT, " %.2f", a.logprob()))
                        .toList());
        String logprob = token.logprob().isPresent()
                ? String.format(Locale.ROOT, "%8.4f", token.logprob().getAsDouble())
                : "       -";
        return String.format(Locale.ROOT, "%7d %-16s %s   %s", token.id(), name(token.id(), prompts), logprob, best)
                .stripTrailing();
    }

    /** The token as the vocabulary has it. */
    private static String name(int id, Prompts prompts) {
        return prompts.hasTokenizer() ? prompts.tokenizer().token(id) : Integer.toString(id);
    }
}
