package chainrule.apps.cli;

import chainrule.BadInput;
import chainrule.decode.Request;
import chainrule.decode.Result;
import chainrule.local.LocalModel;
import chainrule.local.Message;
import chainrule.nn.Compute;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code chat}: a conversation, one line of standard input per turn. */
@Command(
        name = "chat",
        description = {
            "Talk with a model: a line is a message. /new begins another conversation, /quit ends.",
            "The method is what the model's generation_config says, else sampling:temperature=0.7,topP=0.95."
        },
        footer = {"", "Example:", "  ./chainrule chat --model my-model --system \"You are terse.\""})
final class Chat implements Verb {
    private static final int TOKENS = 1024;

    @Mixin
    ModelOptions model = new ModelOptions();

    @Mixin
    DecodingOptions decoding = new DecodingOptions();

    @Option(names = "--system", paramLabel = "TEXT", description = "The message that comes first.")
    Optional<String> system = Optional.empty();

    @Option(names = "--json", description = "Print the whole conversation as one JSON object, at the end.")
    boolean json;

    @Override
    public List<String> names() {
        return DecodingOptions.names();
    }

    @Override
    public int run(Console console) throws IOException, InterruptedException {
        DecodingOptions.Chosen chosen = decoding.chosen();
        try (LocalModel lm = model.open(Compute.forDecoding(), console);
                var lines = new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8))) {
            List<Message> messages = begin();
            lm.prompts().render(List.of(Message.user("?"))); // fails now, not at the first message, without a template
            for (Optional<String> line = ask(console, lines); line.isPresent(); line = ask(console, lines)) {
                switch (line.get().strip()) {
                    case "" -> {}
                    case "/new" -> messages = begin();
                    case "/quit" -> {
                        return end(console, messages);
                    }
                    default -> {
                        if (!turn(console, lm, chosen, messages, line.get())) {
                            return INTERRUPTED;
                        }
                    }
                }
            }
            return end(console, messages);
        }
    }

    private List<Message> begin() {
        List<Message> messages = new ArrayList<>();
        system.ifPresent(s -> messages.add(new Message("system", s)));
        return messages;
    }

    private int end(Console console, List<Message> messages) {
        if (json) {
            console.json(Map.of("messages", messages));
        }
        return DONE;
    }

    /** The next line; empty at the end of the input. */
    private static Optional<String> ask(Console console, BufferedReader lines) throws IOException {
        if (terminal()) {
            console.err().print("> ");
            console.err().flush();
        }
        return Optional.ofNullable(lines.readLine());
    }

    private static boolean terminal() {
        return System.console() != null && System.console().isTerminal();
    }

    /** Says {@code line} and shows the answer. @return false where it was interrupted */
    private boolean turn(
            Console console, LocalModel lm, DecodingOptions.Chosen chosen, List<Message> messages, String line)
            throws InterruptedException {
        messages.add(Message.user(line));
        try {
            Request request =
                    chosen.apply(lm.chat(messages), lm.suggested(), TOKENS).withSeed(chosen.seed(), messages.size());
            Result answer = new Streaming(console, !json).follow(lm.submit(request));
            messages.add(new Message("assistant", answer.text()));
            return answer.finish() != Result.Finish.CANCELLED;
        } catch (BadInput e) {
            if (!terminal()) {
                throw e;
            }
            messages.removeLast();
            console.note("chainrule: " + e.getMessage() + " /new begins another conversation.");
            return true;
        }
    }
}
