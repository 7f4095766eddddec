package chainrule.data;

import chainrule.BadInput;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What makes a conversation the text that a model reads: its chat template. */
@FunctionalInterface
public interface ChatFormat {
    /**
     * The text of a conversation.
     *
     * @param messages one or more, as chat templates read them
     * @param tools that the model may call; empty where nothing is said of tools
     * @param prompted whether the text ends with what asks for the model's answer
     * @throws BadInput where the template fails or refuses the conversation
     */
    String render(List<Map<String, Object>> messages, Optional<List<Object>> tools, boolean prompted);
}
