package chainrule.apps.cli;

import chainrule.apps.TinyFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The tiny model with a chat template. */
final class ChatFolder {
    private static final String TEMPLATE =
            "{% for m in messages %}{{ m['role'][0] }}:{{ m['content'] }} {% endfor %}{% if add_generation_prompt %}a:{% endif %}";

    private ChatFolder() {}

    /** Makes it in a new folder below {@code parent}. */
    static Path make(Path parent, String name) throws IOException {
        return make(parent, name, TEMPLATE);
    }

    static Path make(Path parent, String name, String template) throws IOException {
        Path model = TinyFolder.make(Files.createDirectory(parent.resolve(name)));
        Files.writeString(model.resolve("chat_template.jinja"), template);
        return model;
    }

    /** What the template makes of turns, each a role's first letter and a text, before the model's next. */
    static String rendered(List<String> turns) {
        StringBuilder all = new StringBuilder();
        turns.forEach(turn -> all.append(turn).append(' '));
        return all.append("a:").toString();
    }
}
