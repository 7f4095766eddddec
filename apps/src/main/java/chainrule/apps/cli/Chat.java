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
        try (OpenDraft draft = model.openDraft(decoding.chosen(), Compute.forDecoding(), console);
                LocalModel lm = model.open(Compute.forDecoding(), console);
                var lines = new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8));
                var streaming = new Streaming(console, !json)) {
            List<Message> messages = begin();
            List<Message> trial = begin();
            trial.add(Message.user("?"));
            lm.chat(trial); // a model that cannot chat is refused before the first message
            for (Optional<String> line = ask(console, lines); line.isPresent(); line = ask(console, lines)) {
                switch (line.get().strip()) {
                    case "" -> {}
                    case "/new" -> messages = begin();
                    case "/quit" -> {
                        return end(console, messages, DONE);
                    }
                    default -> {
                        messages.add(Message.user(line.get()));
                        if (!turn(console, streaming, lm, draft.chosen(), messages)) {
                            return end(console, messages, INTERRUPTED);
                        }
                    }
                }
            }
            return end(console, messages, DONE);
        }
    }

    private List<Message> begin() {
        List<Message> messages = new ArrayList<>();
        system.ifPresent(s -> messages.add(new Message("system", s)));
        return messages;
    }

    private int end(Console console, List<Message> messages, int code) {
        if (json) {
            console.json(Map.of("messages", messages));
        }
        return code;
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

    /** Shows the answer to the last message and adds it. @return false where it was interrupted */
    private static boolean turn(
            Console console, Streaming streaming, LocalModel lm, DecodingOptions.Chosen chosen, List<Message> messages)
            throws InterruptedException {
        try {
            Request request =
                    chosen.apply(lm.chat(messages), lm.suggested(), TOKENS).withSeed(chosen.seed(), messages.size());
            Result answer = streaming.follow(lm.submit(request));
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
