package chainrule.apps.cli;

import chainrule.checkpoint.Checkpoint;
import chainrule.local.Conversation;
import chainrule.local.ModelArgument;
import chainrule.local.Prompts;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code template}: what a model is given to read for a message or a conversation. */
@Command(
        name = "template",
        description =
                "Show what a model is given to read for a message or a conversation: its chat template rendered, and the token ids.",
        footer = {
            "",
            "Examples:",
            "  ./chainrule template my-model \"Hello\"",
            "  ./chainrule template my-model --messages conversation.json --tools tools.json"
        })
final class Template implements Verb {
    @Parameters(index = "0", paramLabel = "MODEL", description = "A folder, a file, or a name in the store.")
    String model = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "TEXT", description = "The message (Hello!).")
    Optional<String> text = Optional.empty();

    @Mixin
    ConversationOptions conversation = new ConversationOptions();

    @Option(names = "--json", description = "Print one JSON object.")
    boolean json;

    @Override
    public int run(Console console) throws IOException {
        Conversation said = conversation.read(
                conversation.messages.isPresent() ? text : Optional.of(text.orElse("Hello!")), console);
        Checkpoint checkpoint = ModelArgument.find(model);
        try (Prompts prompts = Prompts.of(checkpoint, line -> console.note("chainrule: " + line))) {
            String rendered = prompts.render(said);
            Optional<int[]> ids = prompts.hasTokenizer() ? Optional.of(prompts.chat(said)) : Optional.empty();
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
