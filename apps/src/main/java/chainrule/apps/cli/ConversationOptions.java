package chainrule.apps.cli;

import chainrule.local.Conversation;
import chainrule.local.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** A conversation: one message, or all messages in a file; and the tools that the model may call. */
final class ConversationOptions {
    @Option(names = "--system", paramLabel = "TEXT", description = "Of a conversation: the message that comes first.")
    Optional<String> system = Optional.empty();

    @Option(
            names = "--messages",
            paramLabel = "FILE",
            description = {
                "In place of a message: all of a conversation, as JSON in OpenAI's form,",
                "[{\"role\": \"user\", \"content\": \"Hello\"}, ...]; - reads standard input."
            })
    Optional<String> messages = Optional.empty();

    @Option(
            names = "--tools",
            paramLabel = "FILE",
            description = "Tools that the model may call, as JSON in OpenAI's form; - reads standard input.")
    Optional<String> tools = Optional.empty();

    /**
     * The conversation that is asked for.
     *
     * @param text the one message; empty where {@code --messages} takes its place
     */
    Conversation read(Optional<String> text, Console console) throws IOException {
        if (messages.isPresent() && (text.isPresent() || system.isPresent())) {
            throw new Failure.Usage("--messages gives all messages: leave the text and --system out.");
        }
        if (tools.equals(Optional.of("-")) && tools.equals(messages)) {
            throw new Failure.Usage("Standard input cannot be --messages and --tools: name a file for one of them.");
        }
        Conversation plain = messages.isPresent()
                ? ConversationFile.read(messages.get(), console).conversation()
                : Conversation.of(turns(text.orElseThrow()));
        if (tools.isEmpty()) {
            return plain;
        }
        if (plain.tools().isPresent()) {
            throw new Failure.Usage("Give tools in one place: beside the messages or by --tools.");
        }
        return new Conversation(
                plain.messages(),
                Optional.of(ConversationFile.read(tools.get(), console).tools()));
    }

    private List<Message> turns(String text) {
        List<Message> turns = new ArrayList<>();
        system.ifPresent(s -> turns.add(new Message("system", s)));
        turns.add(Message.user(text));
        return turns;
    }
}
