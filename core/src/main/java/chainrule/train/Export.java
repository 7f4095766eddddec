package chainrule.train;

import chainrule.model.Net;
import java.io.IOException;
import java.nio.file.Path;

/** How a net is written for whoever loads it later: {@code config.json}, {@code model.safetensors}, {@code tokenizer.json}. */
@FunctionalInterface
public interface Export {
    /** Writes files into the empty folder {@code folder}. */
    void write(Net net, Path folder) throws IOException;
}
