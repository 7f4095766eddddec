package chainrule.apps.cli;

import chainrule.checkpoint.Checkpoint;
import chainrule.local.Message;
import chainrule.local.ModelArgument;
import chainrule.local.Prompts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code template}: what a model is given to read for a message. */
@Command(
        name = "template",
        description =
                "Show what a model is given to read for a message: its chat template rendered, and the token ids.",
        footer = {"", "Example:", "  ./chainrule template my-model \"Hello\""})
final class Template implements Verb {
    @Parameters(index = "0", paramLabel = "MODEL", description = "A folder, a file, or a name in the store.")
    String model = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "TEXT", description = "The message (${DEFAULT-VALUE}).")
    String text = "Hello!";

    @Option(names = "--system", paramLabel = "TEXT", description = "The message that comes first.")
    Optional<String> system = Optional.empty();

    @Option(names = "--json", description = "Print one JSON object.")
    boolean json;

    @Override
    public int run(Console console) {
        List<Message> messages = new ArrayList<>();
        system.ifPresent(s -> messages.add(new Message("system", s)));
        messages.add(Message.user(text));
        Checkpoint checkpoint = ModelArgument.find(model);
        try (Prompts prompts = Prompts.of(checkpoint, line -> console.note("chainrule: " + line))) {
            Conversation conversation = Conversation.of(messages);
            String rendered = conversation.render(checkpoint);
            Optional<int[]> ids =
                    prompts.hasTokenizer() ? Optional.of(conversation.ids(checkpoint, prompts)) : Optional.empty();
            if (json) {
                Map<String, Object> all = new LinkedHashMap<>();
                all.put("text", rendered);
                ids.ifPresent(i -> all.put("ids", i));
                console.json(all);
            } else {
                console.println(rendered);
                console.println("--- ids");
                console.println(ids.map(Arrays::toString).orElse("none: the model has no tokenizer"));
            }
            return DONE;
        }
    }
}
