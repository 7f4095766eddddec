package chainrule.checkpoint;

import chainrule.BadInput;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedCollection;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Safetensors files of one folder under an index, {@code model.safetensors.index.json}, whose {@code weight_map} says
 * which file holds which tensor. Tensors that the index does not name do not belong to it.
 */
public final class ShardedSafetensors implements TensorFile {
    /** A name within the folder: no separator, and no way up. */
    private static final Pattern SHARD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*\\.safetensors");

    private final Path index;
    private final List<Safetensors> shards;
    private final SequencedMap<String, Safetensors> places;

    private ShardedSafetensors(Path index, List<Safetensors> shards, SequencedMap<String, Safetensors> places) {
        this.index = index;
        this.shards = shards;
        this.places = places;
    }

    /** @throws BadInput where a shard is missing or does not hold what the index says */
    public static ShardedSafetensors open(Path index) {
        SequencedMap<String, String> map = weightMap(index);
        Map<String, Safetensors> shards = new HashMap<>();
        try {
            for (String shard : new TreeSet<>(map.values())) {
                Path file = index.resolveSibling(shard);
                if (!Files.exists(file)) {
                    throw new BadInput(index + ": the shard " + shard + " is missing: fetch it again.");
                }
                shards.put(shard, Safetensors.open(file));
            }
            SequencedMap<String, Safetensors> places = new LinkedHashMap<>();
            map.forEach((name, shard) -> {
                Safetensors file = shards.get(shard);
                if (file == null || !file.has(name)) {
                    throw new BadInput(
                            index + ": tensor " + Quote.of(name) + " is not in " + shard + " as the index says.");
                }
                places.put(name, file);
            });
            return new ShardedSafetensors(index, new ArrayList<>(shards.values()), places);
        } catch (RuntimeException | Error e) {
            shards.values().forEach(Safetensors::close);
            throw e;
        }
    }

    /** The names of the files that an index names, in order. @throws BadInput where one lies outside the folder */
    static Set<String> shards(Path index) {
        return new TreeSet<>(weightMap(index).values());
    }

    private static SequencedMap<String, String> weightMap(Path index) {
        JsonNode map = JsonFile.object(index).get("weight_map");
        if (map == null || !map.isObject() || map.isEmpty()) {
            throw new BadInput(index + ": weight_map is missing or empty.");
        }
        SequencedMap<String, String> names = new LinkedHashMap<>();
        map.forEachEntry((name, file) -> {
            if (!file.isString() || !SHARD.matcher(file.stringValue()).matches()) {
                throw new BadInput(index + ": tensor " + Quote.of(name) + " is said to be in "
                        + (file.isString() ? "'" + Quote.of(file.stringValue()) + "'" : "something that is no text")
                        + ", which is no safetensors file of this folder.");
            }
            names.put(name, file.stringValue());
        });
        return names;
    }

    @Override
    public String origin() {
        return index.toString();
    }

    @Override
    public SequencedCollection<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        places.forEach((name, shard) -> entries.add(shard.entry(name)));
        return entries;
    }

    @Override
    public boolean has(String name) {
        return places.containsKey(name);
    }

    @Override
    public Entry entry(String name) {
        return shard(name).entry(name);
    }

    @Override
    public MemorySegment bytes(String name) {
        return shard(name).bytes(name);
    }

    private Safetensors shard(String name) {
        Safetensors shard = places.get(name);
        if (shard == null) {
            throw new BadInput(index + ": there is no tensor " + Quote.of(name) + ".");
        }
        return shard;
    }

    @Override
    public void close() {
        shards.forEach(Safetensors::close);
    }
}
